// Function runs in TypeScript: see call_snippets.h.
#include "tests/integration/call_snippets.h"

namespace jailtest {
namespace {

constexpr char kNoModule[] =
    "! SyntaxError: 'import', and 'export' cannot be used outside of module code (line 1, column 1)";

TEST_F(CallSnippetsTest, TypeScript) {
  constexpr Snippet kSnippets[] = {
      {"(input.a as number) + input.b", "3"},
      {"{x: input.a as number, y: 2}", R"({"x":1,"y":2})"},
      {"interface I { a: number }\nconst f = (i: I): number => i.a;\nreturn f(input)", "1"},
      {"export default async function (i: { b: number }): Promise<number> { return i.b }", "2"},
      {"enum Colour { Red = 3 }\nreturn Colour.Red", "3"},
      {"const x: number = 1;\nreturn (x as any).y.z",
       "! TypeError: Cannot read properties of undefined (reading 'z') (line 2, column 21)"},
      {"const x: number = ;", "! SyntaxError: Expression expected (line 1, column 19)"},
      // What is more than types is rewritten, and places are still the caller's.
      {"enum E {\n  A = 3,\n  B,\n}\nfunction f(v: any): never { const w: number = 1; return (v as any).no.z "
       "}\n  if "
       "(E.B === 4) f({});",
       "! TypeError: Cannot read properties of undefined (reading 'z') (line 5, column 71)"},
      {"namespace N {\n  export const q: number = 1\n}\n\nN.q.x.y",
       "! TypeError: Cannot read properties of undefined (reading 'y') (line 5, column 7)"},
      {"class P {\n  constructor(private readonly x: number,\n    public y: string) {}\n}\nconst p = new "
       "P(1, "
       "'a');\nreturn [p.y, (null as any).z]",
       "! TypeError: Cannot read properties of null (reading 'z') (line 6, column 28)"},
      {"class P {\n  constructor(public y: string) {}\n}\nreturn new P('a').y", "\"a\""},
      {"namespace N { export const q = 5 }\nreturn N.q", "5"},
      {"const enum E { A = 'x' }\nreturn E.A", "\"x\""},
      {"const x: number[] = [1,", "! SyntaxError: Expression expected (line 1, column 24)"},
      {"enum E { A }\nconst x: number = ;", "! SyntaxError: Expression expected (line 2, column 19)"},
      {"enum E { A }\nconst x = 1;\nconst x = 2;", "! SyntaxError: "},
      {"enum E { A }\nimport x = require('y');\nreturn 1", "! SyntaxError: "},
      {"const f = <T,>(x: T): T => x; return f<number>(4)", "4"},
      {"input.a!", "1"},
      {"type A = { x: number }\nconst a: A = { x: 1 };\nreturn a", "{\"x\":1}"},
      {"input satisfies object", "{\"a\":1"},
      {"let x: any;\nreturn x", "null"},
      {"declare const y: number;\nreturn 1", "1"},
      {"abstract class A { abstract f(): number }\nclass B extends A { f(): number { return 2 } }\nreturn "
       "new B().f()",
       "2"},
      {"class A { readonly x: number = 1; private y?: string; static z: number = 3 }\nreturn A.z", "3"},
      {"function f(a: number): number;\nfunction f(a: any): any { return a }\nreturn f(7)", "7"},
      {"async (i: { a: number }): Promise<number> => i.a", "1"},
      {"await Promise.resolve<number>(5)", "5"},
      {"const [a, b]: [number, string] = [1, 'x'];\nreturn b", "\"x\""},
      {"```ts\ninput.b as number\n```", "2"},
      {"for (const n of input.list as number[]) { if (n === 2) return n }", "2"},
      {"try { throw new Error('x') } catch (e: unknown) { return (e as Error).message }", "\"x\""},
      {"const o = { a: 1 } as const;\nreturn o.a", "1"},
      {"10n as bigint", "! INVALID_OUTPUT: the result is a BigInt"},
      {"undefined as any", "null"},
      {"NaN as number", "! INVALID_OUTPUT: the result is NaN"},
      {"new Date(0) as Date", "\"1970-01-01T00:00:00.000Z\""},
      {"'🎉' as string", "\"🎉\""},
      {"const a: any = {};\na.a = a;\nreturn a", "! INVALID_OUTPUT: "},
      {"throw new RangeError('no' as string)", "! RangeError: no (line 1, column 7)"},
      {"interface I {\n  a: number\n}\n\nnothere",
       "! ReferenceError: nothere is not defined (line 5, column 1)"},
      {"enum E { A = 'a', B = 'b' }\nreturn Object.values(E)", "[\"a\",\"b\"]"},
      {"'x'.repeat(2000000) as string", "! INVALID_OUTPUT: the result has 2000002 bytes"},
      {"@dec class X {}\nreturn 1", "! SyntaxError: Invalid or unexpected token (line 1, column 1)"},
      {"function first<T extends { a: number }>(x: T): T['a'] { return x.a }\nreturn first(input as any)",
       "1"},
      {"type R<T> = { readonly [K in keyof T]?: T[K] };\nconst r: R<{ a: number }> = { a: 4 };\nreturn r",
       "{\"a\":4}"},
      {"type U<T> = T extends Promise<infer V> ? V : T;\nconst x: U<Promise<string>> = 'v';\nreturn x",
       "\"v\""},
      {"type K = `on${Capitalize<'click'>}`;\nconst k: K = 'onClick';\nreturn k", "\"onClick\""},
      {"type S = { k: 'a', n: number } | { k: 'b' };\nfunction f(s: S): number { switch (s.k) { case 'a': "
       "return s.n; case 'b': return 0; default: { const no: never = s; return no } } }\nreturn f({ k: 'a', "
       "n: 4 })",
       "4"},
      {"function isText(v: unknown): v is string { return typeof v === 'string' }\nreturn [input.s, "
       "1].filter(isText)",
       "[\"é\"]"},
      {"function check(v: unknown): asserts v is number {\n  if (typeof v !== 'number') throw new "
       "TypeError('no number')\n}\ncheck('x')",
       "! TypeError: no number (line 2, column 36)"},
      {"const t: [first: number, ...rest: string[]] = [1, 'a', 'b'];\nreturn t.length", "3"},
      {"function f<const T>(x: T): T { return x }\nreturn f(['a'])", "[\"a\"]"},
      {"<number>input.a + 1", "2"},
      {"let x!: number;\nx = 3;\nreturn x", "3"},
      {"const r: Record<string, number> = {};\nfor (const n of input.list as number[]) r[n] = n;\nreturn r",
       "{\"1\":1,\"2\":2,\"3\":3}"},
      {"const routes = { home: '/', about: '/about' } as const satisfies Record<string, string>;\ntype Route "
       "= keyof typeof routes;\nconst r: Route = 'about';\nreturn routes[r]",
       "\"/about\""},
      {"function f(this: { x: number }): number { return this.x }\nreturn f.call({ x: 6 })", "6"},
      {"input.list![1]! + (input.none?.x ?? 5)", "6"},
      {"(input.s as unknown as any[]).length", "1"},
      {"const type = 3, of: number = 1;\nreturn type + of", "4"},
      {"declare global { interface Window { x: number } }\nreturn 2", "2"},
      {"type T = string;\ninterface I { f(): void }\n", "null"},
      {"function f(x?: number, ...more: string[]): string { return x + more.join() }\nreturn f(1, 'a', 'b')",
       "\"1a,b\""},
      {"class C { f(a: string): string; f(a: number): number; f(a: any): any { return a } }\nreturn [new "
       "C().f('x'), new C().f(1)]",
       "[\"x\",1]"},
      {"class Box<T = string> {\n  constructor(private v: T) {}\n  get(): T { return this.v }\n}\nreturn new "
       "Box<number>(3).get()",
       "3"},
      {"class T { get f(): number { return 4 } set f(v: number) {} }\nreturn new T().f", "4"},
      {"class A { static #n: number = 1; static { A.#n += 4 } static get n(): number { return A.#n } "
       "}\nreturn A.n",
       "5"},
      {"interface A { a: number }\ninterface B extends A { b: string }\nclass C implements B { a = 1; b = "
       "'x' }\nreturn new C()",
       "{\"a\":1,\"b\":\"x\"}"},
      {"abstract class A { abstract name(): string; hi(): string { return 'hi ' + this.name() } }\nreturn "
       "new (class extends A { override name(): string { return 'me' } })().hi()",
       "\"hi me\""},
      {"enum E { A, B = 5, C }\nreturn [E[0], E.B, E.C, E[6]]", "[\"A\",5,6,\"C\"]"},
      {"enum F { R = 1 << 0, W = 1 << 1, RW = R | W }\nreturn F.RW", "3"},
      {"function f() { enum E { A = 2 } return E.A }\nreturn f()", "2"},
      {"namespace A.B { export const c = 7 }\nreturn A.B.c", "7"},
      {"function f(): number { return f.n }\nnamespace f { export const n = 8 }\nreturn f()", "8"},
      {"namespace N { const hidden = 1; export function f(): number { return hidden + 1 } }\nreturn [N.f(), "
       "'hidden' in N]",
       "[2,false]"},
      {"const f = async <T>(x: T): Promise<T> => { await null; return x };\nreturn Promise.all([f(1), "
       "f('b')])",
       "[1,\"b\"]"},
      {"function* g(): Generator<number, void> { yield 1; yield 2 }\nreturn [...g()]", "[1,2]"},
      {"async function* g(): AsyncGenerator<number> { yield 4 }\nfor await (const n of g()) { return n }",
       "4"},
      {"using r: Disposable = { [Symbol.dispose]() {} };\nreturn 1", "1"},
      {"const n: bigint = 2n ** 70n;\nreturn String(n)", "\"1180591620717411303424\""},
      {"const x: number = 'not checked';\nreturn x", "\"not checked\""},
      {"const f = <\n  T,\n>(x: T) => (x as any).a.b;\nreturn f({})",
       "! TypeError: Cannot read properties of undefined (reading 'b') (line 3, column 25)"},
      {"let a: number = 1;\nlet a: string = 'x';",
       "! SyntaxError: Identifier 'a' has already been declared (line 2, column 5)"},
      {"type A = {\n  x: number\nreturn 1",
       "! SyntaxError: Expected ';', got 'numeric literal' (line 3, column 8)"},
      {"class A { accessor x: number = 1 }\nreturn 1",
       "! SyntaxError: Unexpected identifier 'x' (line 1, column 20)"},
      {"class A {\n  f(@dec x: number) {}\n}\nreturn 1", "! SyntaxError: "},
      {"<div>x</div>", "! SyntaxError: "},
      // What is of types only goes away where it stands; values cannot come from or go to a module.
      {"import type { X } from './x';\nreturn 1", "1"},
      {"import type X from 'x';\nconst x: X = input.a;\nreturn x", "1"},
      {"import type * as X from \"x\"\nreturn (null as any).y",
       "! TypeError: Cannot read properties of null (reading 'y') (line 2, column 22)"},
      {"import { type A, type B as C } from 'x';\nconst a: A = input.b; a", "2"},
      {"x = 1\nimport {\n  type A,\n} from 'x'\n(input.a)", "1"},
      {"export type N = number;\nexport interface I { n: N }\nexport declare const d: I;\nconst i: I = { n: "
       "4 "
       "};\nreturn i.n",
       "4"},
      {"type A = 1;\nexport { type A };\nexport type { A as B };\nexport {};\nreturn 2", "2"},
      {"export type * from 'x';\nexport type * as N from 'x';\nexport type { Y } from 'y';\nreturn 3", "3"},
      {"export type A = {\n  n: number\n};\nexport default (i: any): number => i.a + 1", "2"},
      {"export enum E { A = 7 }\nexport default E.A", "7"},
      {"export abstract class A { static n = 8 }\nexport namespace N { export const m = 1 }\nexport default "
       "() => A.n + N.m",
       "9"},
      {"enum E { A = 3 }\nexport type T = E;\nimport type { U } from 'u';\nreturn E.A + nothere",
       "! ReferenceError: nothere is not defined (line 4, column 14)"},
      {"const s = `\nexport type X = 1\n`; // export type Y = 2\nimport type { Y } from 'y';\nreturn s",
       "\"\\nexport type X = 1\\n\""},
      {"import type { X } from './x';\nconst x: number = ;",
       "! SyntaxError: Expression expected (line 2, column 19)"},
      {"import { x } from './x';\nreturn 1", kNoModule},
      {"import { type A, b } from './x';\nreturn 1", kNoModule},
      {"import { type as as } from './x';\nreturn 1", kNoModule},
      {"import './x';\nreturn 1", kNoModule},
      {"export const x = 1;\nreturn x", kNoModule},
      {"export {} from './x';\nreturn 1", kNoModule},
  };
  Check("typescript", kSnippets);
}

}  // namespace
}  // namespace jailtest
