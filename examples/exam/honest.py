for number in range(1, int(input()) + 1):
    words = ("fizz" if number % 3 == 0 else "") + ("buzz" if number % 5 == 0 else "")
    print(words or number)
