// Function runs in TypeScript: see call_snippets.h.
#include "tests/integration/call_snippets.h"

namespace jailtest {
namespace {

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
  };
  Check("typescript", kSnippets);
}

}  // namespace
}  // namespace jailtest
