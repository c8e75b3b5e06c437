/**
 * The functions a user's SQL may call, reviewed one by one from `duckdb_functions()` of DuckDB 1.5.5, and those it may
 * not, with the reason. Only the allowed names count at run time; the excluded ones exist so that a test can tell a
 * function nobody has looked at (a new DuckDB) from one that was refused on purpose.
 *
 * Allowed means: computes from its arguments alone. It reads no file, setting, secret, log or catalogue, changes no state,
 * runs no SQL and waits for nothing. What only burns memory or time (`repeat`, `range`) is bounded by the memory limit
 * and by cancelling.
 */
const words = (...lines: readonly string[]): readonly string[] => lines.join(' ').split(/\s+/).filter(Boolean);

/** Where a SELECT has a value: scalar functions, scalar macros, aggregates and window functions. */
export const allowedInExpressions: Readonly<Record<string, readonly string[]>> = {
  operators: words(
    '!__postfix !~~ !~~* % & && * ** + - ->> / // <-> << <=> <@ >> @ @> ^ ^@ xor | || ~ ~~ ~~* ~~~',
    'add subtract multiply divide mod fmod fdiv pow power like_escape ilike_escape not_like_escape not_ilike_escape',
  ),
  numbers: words(
    'abs acos acosh asin asinh atan atan2 atanh bar bin bit_count bit_length bit_position bitstring cbrt ceil ceiling cos',
    'cosh cot degrees even exp factorial floor format_bytes formatReadableDecimalSize formatReadableSize gamma gcd get_bit',
    'greatest greatest_common_divisor hash isfinite isinf isnan lcm least least_common_multiple lgamma ln log log10 log2',
    'nextafter parse_formatted_bytes pg_size_pretty pi radians random round round_even roundbankers set_bit sign signbit',
    'sin sinh sqrt tan tanh to_base to_binary to_hex trunc from_binary unbin equi_width_bins',
  ),
  text: words(
    'ascii base64 char_length character_length chr concat concat_ws contains damerau_levenshtein decode editdist3 encode',
    'ends_with format from_base64 from_hex hamming hex instr jaccard jaro_similarity jaro_winkler_similarity lcase left',
    'left_grapheme len length length_grapheme levenshtein lower lpad ltrim md5 md5_number md5_number_lower md5_number_upper',
    'mismatches nfc_normalize octet_length ord parse_dirname parse_dirpath parse_filename parse_path position prefix printf',
    'repeat replace reverse right right_grapheme rpad rtrim sha1 sha256 split split_part starts_with str_split',
    'string_split string_to_array strip_accents strlen strpos substr substring substring_grapheme suffix to_base64',
    'translate trim ucase unhex unicode upper url_decode url_encode',
  ),
  'regular expressions': words(
    'regexp_escape regexp_extract regexp_extract_all regexp_full_match regexp_matches regexp_replace',
    'regexp_split_to_array regexp_split_to_table str_split_regex string_split_regex',
  ),
  time: words(
    'age ago century current_date current_localtime current_localtimestamp date_add date_diff date_part date_sub',
    'date_trunc datediff datepart datesub datetrunc day dayname dayofmonth dayofweek dayofyear days_in_month decade epoch',
    'epoch_ms epoch_ns epoch_us era get_current_time get_current_timestamp hour isodow isoyear julian last_day make_date',
    'make_time make_timestamp make_timestamp_ms make_timestamp_ns make_timestamptz microsecond millennium millisecond',
    'minute month monthname nanosecond normalized_interval now quarter second strftime strptime time_bucket timezone',
    'timezone_hour timezone_minute to_centuries to_days to_decades to_hours to_microseconds to_millennia to_milliseconds',
    'to_minutes to_months to_quarters to_seconds to_timestamp to_weeks to_years today transaction_timestamp try_strptime',
    'week weekday weekofyear year yearweek',
  ),
  lists: words(
    'aggregate apply array_aggr array_aggregate array_append array_apply array_cat array_concat array_contains',
    'array_cosine_distance array_cosine_similarity array_cross_product array_distance array_distinct array_dot_product',
    'array_extract array_filter array_grade_up array_has array_has_all array_has_any array_indexof array_inner_product',
    'array_intersect array_length array_negative_dot_product array_negative_inner_product array_pop_back array_pop_front',
    'array_position array_prepend array_push_back array_push_front array_reduce array_resize array_reverse',
    'array_reverse_sort array_select array_slice array_sort array_to_string array_to_string_comma_default',
    'array_transform array_unique array_value array_where array_zip filter flatten generate_series generate_subscripts',
    'grade_up list_aggr list_aggregate list_any_value list_append list_apply list_approx_count_distinct list_avg',
    'list_bit_and list_bit_or list_bit_xor list_bool_and list_bool_or list_cat list_concat list_contains',
    'list_cosine_distance list_cosine_similarity list_count list_distance list_distinct list_dot_product list_element',
    'list_entropy list_extract list_filter list_first list_grade_up list_has list_has_all list_has_any list_histogram',
    'list_indexof list_inner_product list_intersect list_kurtosis list_kurtosis_pop list_last list_mad list_max list_median',
    'list_min list_mode list_negative_dot_product list_negative_inner_product list_pack list_position list_prepend',
    'list_product list_reduce list_resize list_reverse list_reverse_sort list_select list_sem list_skewness list_slice',
    'list_sort list_stddev_pop list_stddev_samp list_string_agg list_sum list_transform list_unique list_value',
    'list_var_pop list_var_samp list_where list_zip range reduce unnest unpivot_list',
  ),
  'structs, maps, unions and enums': words(
    'cardinality element_at enum_code enum_first enum_last enum_range enum_range_boundary map map_concat map_contains',
    'map_contains_entry map_contains_value map_entries map_extract map_extract_value map_from_entries map_keys map_values',
    'row struct_concat struct_contains struct_extract struct_extract_at struct_has struct_indexof struct_insert struct_keys',
    'struct_pack struct_position struct_update struct_values union_extract union_tag union_value',
    'variant_extract variant_typeof',
  ),
  json: words(
    'array_to_json from_json from_json_strict json json_array json_array_length json_contains json_exists json_extract',
    'json_extract_path json_extract_path_text json_extract_string json_group_array json_group_object json_group_structure',
    'json_keys json_merge_patch json_object json_pretty json_quote json_structure json_transform json_transform_strict',
    'json_type json_valid json_value row_to_json to_json',
  ),
  'identifiers and types': words(
    'alias can_cast_implicitly error gen_random_uuid nullif pg_typeof typeof uuid uuid_extract_timestamp',
    'uuid_extract_version uuidv4 uuidv7',
  ),
  // list_aggregate reaches every aggregate by a name in a string: none may ever be excluded while it is allowed.
  aggregates: words(
    'any_value approx_count_distinct approx_quantile approx_top_k arbitrary arg_max arg_max_null arg_max_nulls_last arg_min',
    'arg_min_null arg_min_nulls_last argmax argmin array_agg avg bit_and bit_or bit_xor bitstring_agg bool_and bool_or corr',
    'count count_if count_star countif covar_pop covar_samp entropy favg first fsum geomean geometric_mean group_concat',
    'histogram histogram_exact kahan_sum kurtosis kurtosis_pop last list listagg mad max max_by mean median min min_by mode',
    'product quantile quantile_cont quantile_disc regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx',
    'regr_sxy regr_syy reservoir_quantile sem skewness stddev stddev_pop stddev_samp string_agg sum sum_no_overflow',
    'sumkahan var_pop var_samp variance wavg weighted_avg',
  ),
  windows: words(
    'cume_dist dense_rank fill first_value lag last_value lead nth_value ntile percent_rank rank rank_dense row_number',
  ),
};

/** Where FROM has a relation. */
export const allowedInFrom: Readonly<Record<string, readonly string[]>> = {
  rows: words('generate_series range repeat repeat_row unnest'),
  json: words('json_each json_tree'),
  time: words('pg_timezone_names'),
};

/** What was looked at and refused: by reason, names in lower case; a trailing `*` stands for every name that begins so. */
export const excludedFunctions: Readonly<Record<string, readonly string[]>> = {
  'reads files or the network': words(
    'read_* parquet_* glob sniff_csv arrow_scan arrow_scan_dumb variant_to_parquet_variant add_parquet_key',
  ),
  'runs SQL or names relations in a string': words(
    'query query_table seq_scan json_execute_serialized_sql json_serialize_sql json_serialize_plan json_deserialize_sql',
    'histogram histogram_values sql_auto_complete check_peg_parser enable_peg_parser disable_peg_parser',
    'import_database copy_database',
  ),
  'changes the engine': words(
    'enable_* disable_* checkpoint force_checkpoint truncate_duckdb_logs write_log nextval setseed verify_*',
  ),
  waits: words('sleep_ms pg_sleep'),
  'shows settings, catalogues, logs, secrets or session state': words(
    'duckdb_* pragma_* current_setting current_catalog current_connection_id current_database current_query current_query_id',
    'current_role current_schema current_schemas current_transaction_id current_user currval get_block_size getvariable',
    'in_search_path parse_duckdb_log_message session_user stats txid_current user version which_secret has_* inet_*',
    'col_description obj_description shobj_description format_pg_type format_type map_to_pg_oid pg_* storage_info',
    'table_info metadata_info database_list database_size extension_versions functions platform show show_* user_agent',
    'collations all_profiling_output icu_calendar_names',
  ),
  'is internal to DuckDB': words(
    '__internal_* cast_to_type combine constant_or_null create_sort_key finalize get_type icu_collate_* icu_sort_key',
    'is_histogram_other_bin make_type remap_struct replace_type switch timetz_byte_comparable variant_bytes_to_variant',
    'variant_normalize vector_type summary test_all_types test_vector_types',
  ),
  'is for geometry, which no log holds': words('st_*'),
};

const expressionNames = new Set(
  Object.values(allowedInExpressions)
    .flat()
    .map((name) => name.toLowerCase()),
);
const fromNames = new Set(Object.values(allowedInFrom).flat());

export function isAllowedInExpression(name: string): boolean {
  return expressionNames.has(name.toLowerCase());
}

export function isAllowedInFrom(name: string): boolean {
  return fromNames.has(name.toLowerCase());
}

/** Why a function is refused, or null if it is not on the list of excluded ones. */
export function exclusionReason(name: string): string | null {
  const lowered = name.toLowerCase();
  for (const [reason, patterns] of Object.entries(excludedFunctions)) {
    for (const pattern of patterns) {
      if (pattern.endsWith('*') ? lowered.startsWith(pattern.slice(0, -1)) : lowered === pattern) return reason;
    }
  }
  return null;
}

/** For completion: what a user can type, sorted, operators left out. */
export function allowedFunctionNames(): readonly string[] {
  return [...new Set([...expressionNames, ...fromNames])].filter((name) => /^[a-z]\w*$/.test(name)).sort();
}
