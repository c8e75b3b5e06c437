import type { Placed } from './problem.ts';

/** Athena's queries as trees, as far as they are understood. Keywords and operators are in upper case. */

export interface Name extends Placed {
  readonly text: string;
}

export type Expression = Placed &
  (
    | { readonly kind: 'null' }
    | { readonly kind: 'boolean'; readonly value: boolean }
    | { readonly kind: 'string'; readonly value: string }
    | { readonly kind: 'number'; readonly text: string }
    /** DATE '…', TIMESTAMP '…', DECIMAL '…' and the like. */
    | { readonly kind: 'typed'; readonly type: string; readonly value: string }
    | { readonly kind: 'interval'; readonly count: number; readonly unit: string }
    | { readonly kind: 'parameter'; readonly name: string }
    | { readonly kind: 'name'; readonly name: Name }
    | { readonly kind: 'field'; readonly base: Expression; readonly name: Name }
    | { readonly kind: 'subscript'; readonly base: Expression; readonly index: Expression }
    | { readonly kind: 'unary'; readonly operator: '-' | '+'; readonly operand: Expression }
    | { readonly kind: 'arithmetic'; readonly operator: string; readonly left: Expression; readonly right: Expression }
    | { readonly kind: 'concat'; readonly operands: readonly Expression[] }
    | { readonly kind: 'comparison'; readonly operator: string; readonly left: Expression; readonly right: Expression }
    | {
        readonly kind: 'quantified';
        readonly operator: string;
        readonly quantifier: 'ANY' | 'ALL';
        readonly left: Expression;
        readonly query: Query;
      }
    | { readonly kind: 'logical'; readonly operator: 'AND' | 'OR'; readonly operands: readonly Expression[] }
    | { readonly kind: 'not'; readonly operand: Expression }
    | {
        readonly kind: 'between';
        readonly operand: Expression;
        readonly low: Expression;
        readonly high: Expression;
        readonly isNot: boolean;
      }
    | {
        readonly kind: 'in';
        readonly operand: Expression;
        readonly values: readonly Expression[] | Query;
        readonly isNot: boolean;
      }
    | {
        readonly kind: 'like';
        readonly operand: Expression;
        readonly pattern: Expression;
        readonly escape: Expression | null;
        readonly isNot: boolean;
      }
    | { readonly kind: 'isNull'; readonly operand: Expression; readonly isNot: boolean }
    | { readonly kind: 'isDistinct'; readonly left: Expression; readonly right: Expression; readonly isNot: boolean }
    | { readonly kind: 'exists'; readonly query: Query }
    | { readonly kind: 'subquery'; readonly query: Query }
    | {
        readonly kind: 'case';
        readonly operand: Expression | null;
        readonly branches: readonly { readonly when: Expression; readonly then: Expression }[];
        readonly otherwise: Expression | null;
      }
    | { readonly kind: 'cast'; readonly operand: Expression; readonly type: TypeName; readonly isTry: boolean }
    | { readonly kind: 'atTimeZone'; readonly operand: Expression; readonly zone: Expression }
    | { readonly kind: 'array'; readonly items: readonly Expression[] }
    | { readonly kind: 'row'; readonly items: readonly Expression[] }
    | { readonly kind: 'lambda'; readonly parameters: readonly Name[]; readonly body: Expression }
    | Call
  );

export interface Call extends Placed {
  readonly kind: 'call';
  /** In lower case. */
  readonly name: string;
  readonly arguments: readonly Expression[];
  readonly isStar: boolean;
  readonly isDistinct: boolean;
  readonly orderBy: readonly SortItem[];
  readonly filter: Expression | null;
  readonly nulls: 'IGNORE' | 'RESPECT' | null;
  readonly over: Window | Name | null;
}

export interface TypeName extends Placed {
  /** In lower case, e.g. `varchar`, `timestamp with time zone`. */
  readonly name: string;
  readonly numbers: readonly number[];
  /** Of ARRAY and MAP. */
  readonly types: readonly TypeName[];
  /** Of ROW; names as written. */
  readonly fields: readonly { readonly name: string | null; readonly type: TypeName }[];
}

export interface SortItem {
  readonly expression: Expression;
  readonly isDescending: boolean;
  readonly nulls: 'FIRST' | 'LAST' | null;
}

export interface Window {
  readonly base: Name | null;
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly SortItem[];
  readonly frame: { readonly unit: string; readonly start: FrameBound; readonly end: FrameBound | null } | null;
}

/** `text`: `UNBOUNDED PRECEDING`, `CURRENT ROW`, or `PRECEDING` and `FOLLOWING` after an expression. */
export interface FrameBound {
  readonly expression: Expression | null;
  readonly text: string;
}

export interface Query extends Placed {
  readonly ctes: readonly { readonly name: Name; readonly columns: readonly Name[]; readonly query: Query }[];
  readonly body: QueryBody;
  readonly orderBy: readonly SortItem[];
  /** OFFSET */
  readonly skip: Expression | null;
  readonly limit: Expression | null;
}

export type QueryBody = Select | SetOperation | Values | { readonly kind: 'nested'; readonly query: Query };

export interface SetOperation extends Placed {
  readonly kind: 'set';
  readonly operator: 'UNION' | 'INTERSECT' | 'EXCEPT';
  readonly isAll: boolean;
  readonly left: QueryBody;
  readonly right: QueryBody;
}

export interface Values extends Placed {
  readonly kind: 'values';
  readonly rows: readonly (readonly Expression[])[];
}

export interface Select extends Placed {
  readonly kind: 'select';
  readonly isDistinct: boolean;
  readonly items: readonly SelectItem[];
  readonly from: readonly Relation[];
  readonly where: Expression | null;
  readonly groupBy: readonly GroupingElement[];
  readonly having: Expression | null;
  readonly windows: readonly { readonly name: Name; readonly window: Window }[];
}

export type SelectItem =
  | { readonly kind: 'expression'; readonly expression: Expression; readonly alias: Name | null }
  | (Placed & { readonly kind: 'all'; readonly base: Expression | null });

export type GroupingElement =
  | { readonly kind: 'expressions'; readonly expressions: readonly Expression[]; readonly isSet: boolean }
  | { readonly kind: 'ROLLUP' | 'CUBE'; readonly expressions: readonly Expression[] }
  | { readonly kind: 'GROUPING SETS'; readonly sets: readonly (readonly Expression[])[] };

export interface Alias {
  readonly name: Name;
  readonly columns: readonly Name[];
}

export type Relation = Placed &
  (
    | { readonly kind: 'table'; readonly parts: readonly Name[]; readonly alias: Alias | null }
    /** A name that stands for an event data store of CloudTrail Lake: `$EDS_ID`, a UUID. */
    | { readonly kind: 'lake'; readonly name: string; readonly alias: Alias | null }
    | { readonly kind: 'query'; readonly query: Query; readonly isLateral: boolean; readonly alias: Alias | null }
    | {
        readonly kind: 'unnest';
        readonly arguments: readonly Expression[];
        readonly withOrdinality: boolean;
        readonly alias: Alias | null;
      }
    | {
        readonly kind: 'join';
        readonly type: 'CROSS' | 'INNER' | 'LEFT' | 'RIGHT' | 'FULL';
        readonly left: Relation;
        readonly right: Relation;
        readonly on: Expression | null;
        readonly using: readonly Name[];
      }
  );
