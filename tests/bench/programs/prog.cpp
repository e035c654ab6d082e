// The program of about a hundred lines that `make bench-langs` times: the same work and output in every language.
#include <iomanip>
#include <iostream>
#include <list>
#include <map>
#include <memory>
#include <queue>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>
#include <algorithm>

class Random {
 public:
  explicit Random(int seed) : state_(seed) {}
  int Below(int bound) {
    state_ = (state_ * 75 + 74) % 65537;
    return state_ % bound;
  }

 private:
  int state_;
};

std::pair<int, int> Primes(int bound) {
  std::vector<bool> composite(bound + 1);
  int count = 0, last = 0;
  for (int number = 2; number <= bound; ++number) {
    if (composite[number]) continue;
    ++count;
    last = number;
    for (long multiple = long{number} * number; multiple <= bound; multiple += number) composite[multiple] = true;
  }
  return {count, last};
}

std::vector<std::pair<std::string, int>> Words(Random& random, int count) {
  const std::string letters = "abcde";
  std::map<std::string, int> counts;
  for (int i = 0; i < count; ++i) {
    std::string word(1, letters[random.Below(5)]);
    word += letters[random.Below(5)];
    ++counts[word];
  }
  std::vector<std::pair<std::string, int>> sorted(counts.begin(), counts.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  sorted.resize(3);
  return sorted;
}

using Matrix = std::vector<std::vector<int>>;

Matrix MakeMatrix(Random& random, int size, int bound, int least) {
  Matrix matrix(size, std::vector<int>(size));
  for (auto& row : matrix) {
    for (int& value : row) value = random.Below(bound) + least;
  }
  return matrix;
}

int ShortestPath(Random& random, int size) {
  const Matrix cost = MakeMatrix(random, size, 9, 1);
  Matrix distance(size, std::vector<int>(size, 1 << 30));
  using Place = std::tuple<int, int, int>;
  std::priority_queue<Place, std::vector<Place>, std::greater<>> queue;
  queue.emplace(0, 0, 0);
  distance[0][0] = 0;
  while (!queue.empty()) {
    const auto [so_far, row, column] = queue.top();
    queue.pop();
    if (row == size - 1 && column == size - 1) return so_far;
    const int steps[][2] = {{1, 0}, {-1, 0}, {0, 1}, {0, -1}};
    for (const auto& step : steps) {
      const int r = row + step[0], c = column + step[1];
      if (r < 0 || r >= size || c < 0 || c >= size) continue;
      const int total = so_far + cost[r][c];
      if (total >= distance[r][c]) continue;
      distance[r][c] = total;
      queue.emplace(total, r, c);
    }
  }
  return -1;
}

int TraceOfProduct(Random& random, int size) {
  const Matrix a = MakeMatrix(random, size, 10, 0);
  const Matrix b = MakeMatrix(random, size, 10, 0);
  int trace = 0;
  for (int i = 0; i < size; ++i) {
    for (int k = 0; k < size; ++k) trace += a[i][k] * b[k][i];
  }
  return trace;
}

struct Shape {
  virtual ~Shape() = default;
  virtual double Area() const = 0;
};
struct Rectangle : Shape {
  Rectangle(int w, int h) : width(w), height(h) {}
  double Area() const override { return width * height; }
  int width, height;
};
struct Circle : Shape {
  explicit Circle(int r) : radius(r) {}
  double Area() const override { return 3.14159 * radius * radius; }
  int radius;
};

double TotalArea(Random& random, int count) {
  double total = 0;
  for (int i = 0; i < count; ++i) {
    const int kind = random.Below(2), a = random.Below(10) + 1, b = random.Below(10) + 1;
    std::unique_ptr<Shape> shape;
    if (kind == 0) shape = std::make_unique<Rectangle>(a, b);
    else shape = std::make_unique<Circle>(a);
    total += shape->Area();
  }
  return total;
}

int CacheHits(Random& random, size_t capacity, int accesses) {
  std::list<int> order;
  std::unordered_map<int, std::list<int>::iterator> entries;
  int hits = 0;
  for (int i = 0; i < accesses; ++i) {
    const int key = random.Below(16);
    if (const auto found = entries.find(key); found != entries.end()) {
      ++hits;
      order.splice(order.end(), order, found->second);
      continue;
    }
    entries[key] = order.insert(order.end(), key);
    if (order.size() <= capacity) continue;
    entries.erase(order.front());
    order.pop_front();
  }
  return hits;
}

int main() {
  Random random(42);
  const auto [count, last] = Primes(20000);
  std::cout << "primes " << count << " " << last << "\nwords";
  for (const auto& [word, n] : Words(random, 500)) std::cout << " " << word << ":" << n;
  std::cout << "\npath " << ShortestPath(random, 24) << "\ntrace " << TraceOfProduct(random, 32);
  std::cout << "\narea " << std::fixed << std::setprecision(3) << TotalArea(random, 20);
  std::cout << "\nhits " << CacheHits(random, 8, 200) << "\n";
}
