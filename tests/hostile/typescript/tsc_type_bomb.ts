// id: tsc-type-bomb
// class: compile
// phase: compile
// does: types that double at each of 40 levels, and a union of a million texts
// promise: P14 P16 P28
// expect: COMPILE_ERROR|CPU_TIME_LIMIT|WALL_TIME_LIMIT|MEMORY_LIMIT within=25
// unjailed: any
type Tree<Depth extends number, Seen extends unknown[] = []> =
  Seen["length"] extends Depth ? Seen : [Tree<Depth, [...Seen, 0]>, Tree<Depth, [...Seen, 1]>];
type Digit = "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9";
type Text = `${Digit}${Digit}${Digit}${Digit}${Digit}${Digit}`;
type Fill<T extends unknown[], N extends number> = T["length"] extends N ? T : Fill<[...T, ...T], N>;
const tree: Tree<40> = 1;
const text: Text = "x";
const filled: Fill<[0], 99999999> = 1;
console.log(tree, text, filled);
