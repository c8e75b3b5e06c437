import type { Context } from './context.ts';
import { failure } from './failure.ts';
import { refuse } from './problem.ts';
import { Scope } from './scope.ts';
import { atom, nameText, type Sql } from './sql-text.ts';
import type { Call, Expression } from './syntax.ts';
import { translateExpression } from './translate-expression.ts';
import { describe, isNumber, isText, isTime, isUnknown, unknown, type Type } from './types.ts';

/** How a function of Athena's is written in DuckDB's SQL. */
export type FunctionRule = (call: FunctionCall) => Sql;

/** A call that is being translated: its arguments, each checked for its type and translated when it is asked for. */
export class FunctionCall {
  readonly node: Call;
  readonly context: Context;

  constructor(node: Call, context: Context) {
    this.node = node;
    this.context = context;
  }

  get count(): number {
    return this.node.arguments.length;
  }

  /** Refuses the call unless it has that many arguments. */
  expect(least: number, most = least): void {
    if (this.count >= least && this.count <= most) return;
    const number = least === most ? String(least) : `${least} to ${most}`;
    this.refuse(
      `${this.node.name}() is translated with ${number} argument${most === 1 ? '' : 's'}, not ${this.count}.`,
    );
  }

  /** The expression at `index`; its absence is a refusal. */
  expression(index: number): Expression {
    return this.node.arguments[index] ?? this.refuse(`${this.node.name}() needs more arguments.`);
  }

  argument(index: number): Sql {
    return translateExpression(this.expression(index), this.context);
  }

  text(index: number): Sql {
    return this.#checked(index, isText, 'text');
  }

  number(index: number): Sql {
    return this.#checked(index, isNumber, 'a number');
  }

  time(index: number): Sql {
    const hint = 'a date or a timestamp. Athena’s eventtime is text: write from_iso8601_timestamp(eventtime)';
    return this.#checked(index, isTime, hint);
  }

  boolean(index: number): Sql {
    return this.#checked(index, (type) => type.kind === 'boolean', 'a condition');
  }

  /** A list, with the type of its elements. */
  list(index: number): { readonly sql: Sql; readonly element: Type } {
    const sql = this.#checked(index, (type) => type.kind === 'array', 'an array');
    return { sql, element: sql.type.kind === 'array' ? sql.type.element : unknown };
  }

  #checked(index: number, isRight: (type: Type) => boolean, expected: string): Sql {
    const sql = this.argument(index);
    if (isUnknown(sql.type) || isRight(sql.type)) return sql;
    return refuse(this.expression(index), `${this.node.name}() takes ${expected} here; this is ${describe(sql.type)}.`);
  }

  /** The text at `index`, which must be written out. `what` goes into the sentence. */
  literal(index: number, what: string): string {
    const expression = this.expression(index);
    if (expression.kind === 'string') return expression.value;
    return refuse(expression, `${what} of ${this.node.name}() must be written out as a text.`);
  }

  /** A lambda as DuckDB writes it, and the type of its body. */
  lambda(
    index: number,
    types: readonly Type[],
  ): { readonly text: string; readonly body: Sql; readonly names: readonly string[] } {
    const node = this.expression(index);
    if (node.kind !== 'lambda' || node.parameters.length !== types.length) {
      return refuse(node, `${this.node.name}() takes a function of ${types.length} here, e.g. x -> x > 1.`);
    }
    const parameters = node.parameters.map(({ text }, at) => ({ name: text, type: types[at] ?? unknown }));
    const scope = new Scope(this.context.scope, [], [], parameters);
    const body = translateExpression(node.body, { ...this.context, scope });
    const names = parameters.map(({ name }) => nameText(name));
    return { text: `lambda ${names.join(', ')}: ${body.text}`, body, names };
  }

  /** A call of DuckDB's function on these texts. */
  make(name: string, type: Type, ...args: readonly string[]): Sql {
    return atom(`${name}(${args.join(', ')})`, type);
  }

  /** `value` where `condition` holds; elsewhere the statement fails with the sentence. */
  guarded(condition: string, value: string, sentence: string, type: Type): Sql {
    return atom(`CASE WHEN ${condition} THEN ${value} ELSE ${failure(this.context, sentence, type)} END`, type);
  }

  note(sentence: string): void {
    this.context.notes.add(sentence);
  }

  refuse(sentence: string): never {
    return refuse(this.node, sentence);
  }
}
