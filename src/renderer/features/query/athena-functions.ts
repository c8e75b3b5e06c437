import type { FunctionNote } from './duckdb-functions.ts';

/** Athena's (Trino's) functions that published CloudTrail queries call most. */
export const athenaFunctionNotes: Readonly<Record<string, FunctionNote>> = {
  approx_distinct: ['(value)', 'About how many different values.'],
  arbitrary: ['(value)', 'Any value of the group that is not NULL.'],
  array_agg: ['(value)', 'All values of the group as an array.'],
  array_distinct: ['(array)', 'Each element once.'],
  array_join: ['(array, separator)', 'The elements joined into one text.'],
  array_max: ['(array)', 'The greatest element.'],
  array_min: ['(array)', 'The least element.'],
  array_sort: ['(array)', 'The elements in order.'],
  at_timezone: ['(timestamp, zone)', 'The same instant in a time zone.'],
  avg: ['(number)', 'The mean.'],
  cardinality: ['(array)', 'How many elements.'],
  coalesce: ['(value, …)', 'The first of them that is not NULL.'],
  concat: ['(text, …)', 'All of them as one text.'],
  contains: ['(array, value)', 'Whether the value is in the array.'],
  count: ['(value)', 'How many values are not NULL; count(*) counts rows.'],
  count_if: ['(condition)', 'How many rows the condition holds for.'],
  current_timestamp: ['', 'The present moment.'],
  date: ['(text or timestamp)', 'The day.'],
  date_add: ['(unit, count, timestamp)', 'The time moved by so many ’hour’, ’day’ …'],
  date_diff: ['(unit, start, end)', 'Whole units (’minute’, ’hour’ …) between two times.'],
  date_format: ['(timestamp, format)', 'The time as text: ’%Y-%m-%d %H:%i’.'],
  date_parse: ['(text, format)', 'The time that a text stands for, in MySQL’s format.'],
  date_trunc: ['(unit, timestamp)', 'The time cut down to its ’hour’, ’day’, ’week’ …'],
  element_at: ['(array or map, index or key)', 'The element, NULL if there is none.'],
  filter: ['(array, x -> condition)', 'The elements that the condition holds for.'],
  from_iso8601_timestamp: ['(text)', 'The time of an ISO 8601 text, as eventtime is written.'],
  from_unixtime: ['(seconds)', 'The time so many seconds after 1970 UTC.'],
  greatest: ['(value, …)', 'The greatest of them.'],
  if: ['(condition, then, else)', 'One value or the other.'],
  json_array_length: ['(json)', 'How many elements the JSON array has.'],
  json_extract: ['(json, path)', 'The value at the path as JSON.'],
  json_extract_scalar: ['(json, path)', 'The value at the path as text: ’$.bucketName’.'],
  json_format: ['(json)', 'The JSON as text.'],
  json_parse: ['(text)', 'The text as JSON.'],
  least: ['(value, …)', 'The least of them.'],
  length: ['(text)', 'How many characters.'],
  lower: ['(text)', 'In lower case.'],
  max: ['(value)', 'The greatest.'],
  max_by: ['(value, by)', 'The value of the row whose “by” is greatest.'],
  min: ['(value)', 'The least.'],
  min_by: ['(value, by)', 'The value of the row whose “by” is least.'],
  now: ['()', 'The present moment.'],
  nullif: ['(value, other)', 'NULL if they are equal, else the value.'],
  parse_datetime: ['(text, format)', 'The time that a text stands for, in Joda’s format.'],
  regexp_extract: ['(text, pattern, group)', 'What the pattern’s group matches, NULL if nothing does.'],
  regexp_like: ['(text, pattern)', 'Whether the pattern matches anywhere.'],
  regexp_replace: ['(text, pattern, replacement)', 'Every match replaced.'],
  replace: ['(text, part, replacement)', 'Every occurrence of the part replaced.'],
  round: ['(number, digits)', 'Rounded.'],
  row_number: ['() OVER (…)', 'The row’s number in the window’s order, from 1.'],
  split: ['(text, separator)', 'The parts as an array.'],
  split_part: ['(text, separator, index)', 'The part at the index, from 1.'],
  starts_with: ['(text, start)', 'Whether the text starts so.'],
  strpos: ['(text, part)', 'Where the part begins, from 1; 0 if it is not there.'],
  substr: ['(text, start, length)', 'Characters from start, from 1.'],
  sum: ['(number)', 'The sum.'],
  to_iso8601: ['(timestamp)', 'The time as ISO 8601 text.'],
  to_unixtime: ['(timestamp)', 'Seconds since 1970 UTC.'],
  transform: ['(array, x -> …)', 'The array of what the expression gives for each element.'],
  trim: ['(text)', 'Without spaces around it.'],
  try: ['(expression)', 'Its value, NULL if it fails.'],
  try_cast: ['(value AS type)', 'The value as the type, NULL if it is none.'],
  upper: ['(text)', 'In upper case.'],
  url_extract_host: ['(url)', 'The URL’s host.'],
};

/** The others that are translated; they are completed by name. */
const otherNames = `abs all_match any_match any_value approx_percentile array_except array_intersect array_position
  array_remove array_union arrays_overlap bitwise_and bitwise_or bool_and bool_or ceil ceiling chr concat_ws cume_dist
  current_date day day_of_month day_of_week day_of_year dense_rank dow doy every exp extract first_value flatten floor
  format_datetime from_base64 from_hex from_iso8601_date from_utf8 hour is_json_scalar json_array_contains json_size lag
  last_day_of_month last_value lead listagg ln localtimestamp log10 log2 lpad ltrim map map_keys map_values md5
  millisecond minute mod month none_match nth_value ntile percent_rank pi position pow power quarter rank reduce
  regexp_count regexp_extract_all regexp_split rpad rtrim second sequence set_agg sha1 sha256 sign slice sqrt stddev
  stddev_pop stddev_samp substring to_base64 to_hex to_utf8 truncate url_decode url_extract_fragment
  url_extract_parameter url_extract_path url_extract_port url_extract_protocol url_extract_query var_pop var_samp
  variance week week_of_year with_timezone year year_of_week yow`;

export const athenaFunctions: readonly string[] = [...Object.keys(athenaFunctionNotes), ...otherNames.split(/\s+/)];
