/*
 * functions.h: the bodies of the language's functions, and what they share.
 *
 * A body gets arguments of the types that its row in table.c names. Unless the row allows it none
 * is null, none is marked and none has an unknown in it. It returns what call_error returned when
 * it could not do its work.
 */
#pragma once

#include "../eval.h"

/* The name of the function that is most like [name], or empty. */
Text function_suggestion(Text name);

/* The type that a row's text means. */
const Type *function_type(const char *text);

/* --- arguments of a call --- */

Value call_argument(const Call *call, size_t index);
Text call_text(const Call *call, size_t index);

/* A whole number in the range of int64; false (reported) when it is none. */
bool call_integer(Call *call, size_t index, int64_t *ret_integer);

/* Whether the call stands in a type file. */
bool call_is_lenient(const Call *call);

/* A text of the program's making, as a value. */
Value call_string(const Call *call, Text text);

/* An unknown result, known not to be null. */
Value call_unknown(const Call *call, const Type *type);

/* --- values --- */

bool is_sequence_type(const Type *type); /* list, set, tuple */
bool is_mapping_type(const Type *type);  /* map, object */

/* One row in table.c each. */
#define FUNCTION(name) Value function_##name(Call *call)

FUNCTION(abs);
FUNCTION(abspath);
FUNCTION(alltrue);
FUNCTION(anytrue);
FUNCTION(base64decode);
FUNCTION(base64encode);
FUNCTION(base64gzip);
FUNCTION(base64sha256);
FUNCTION(base64sha512);
FUNCTION(basename);
FUNCTION(bcrypt);
FUNCTION(can);
FUNCTION(ceil);
FUNCTION(chomp);
FUNCTION(chunklist);
FUNCTION(cidrhost);
FUNCTION(cidrnetmask);
FUNCTION(cidrsubnet);
FUNCTION(cidrsubnets);
FUNCTION(coalesce);
FUNCTION(coalescelist);
FUNCTION(compact);
FUNCTION(concat);
FUNCTION(contains);
FUNCTION(csvdecode);
FUNCTION(decode_tfvars);
FUNCTION(dirname);
FUNCTION(distinct);
FUNCTION(element);
FUNCTION(encode_expr);
FUNCTION(encode_tfvars);
FUNCTION(endswith);
FUNCTION(ephemeralasnull);
FUNCTION(file);
FUNCTION(filebase64);
FUNCTION(filebase64sha256);
FUNCTION(filebase64sha512);
FUNCTION(fileexists);
FUNCTION(filemd5);
FUNCTION(fileset);
FUNCTION(filesha1);
FUNCTION(filesha256);
FUNCTION(filesha512);
FUNCTION(flatten);
FUNCTION(floor);
FUNCTION(format);
FUNCTION(formatdate);
FUNCTION(formatlist);
FUNCTION(indent);
FUNCTION(index);
FUNCTION(issensitive);
FUNCTION(join);
FUNCTION(jsondecode);
FUNCTION(jsonencode);
FUNCTION(keys);
FUNCTION(length);
FUNCTION(log);
FUNCTION(lookup);
FUNCTION(lower);
FUNCTION(matchkeys);
FUNCTION(max);
FUNCTION(md5);
FUNCTION(merge);
FUNCTION(min);
FUNCTION(nonsensitive);
FUNCTION(one);
FUNCTION(parseint);
FUNCTION(pathexpand);
FUNCTION(plantimestamp);
FUNCTION(pow);
FUNCTION(range);
FUNCTION(regex);
FUNCTION(regexall);
FUNCTION(replace);
FUNCTION(reverse);
FUNCTION(rsadecrypt);
FUNCTION(sensitive);
FUNCTION(setintersection);
FUNCTION(setproduct);
FUNCTION(setsubtract);
FUNCTION(setunion);
FUNCTION(sha1);
FUNCTION(sha256);
FUNCTION(sha512);
FUNCTION(signum);
FUNCTION(slice);
FUNCTION(sort);
FUNCTION(split);
FUNCTION(startswith);
FUNCTION(strcontains);
FUNCTION(strrev);
FUNCTION(substr);
FUNCTION(sum);
FUNCTION(templatefile);
FUNCTION(templatestring);
FUNCTION(textdecodebase64);
FUNCTION(textencodebase64);
FUNCTION(timeadd);
FUNCTION(timecmp);
FUNCTION(timestamp);
FUNCTION(title);
FUNCTION(tobool);
FUNCTION(tolist);
FUNCTION(tomap);
FUNCTION(tonumber);
FUNCTION(toset);
FUNCTION(tostring);
FUNCTION(transpose);
FUNCTION(trim);
FUNCTION(trimprefix);
FUNCTION(trimspace);
FUNCTION(trimsuffix);
FUNCTION(try);
FUNCTION(upper);
FUNCTION(urlencode);
FUNCTION(uuid);
FUNCTION(uuidv5);
FUNCTION(values);
FUNCTION(yamldecode);
FUNCTION(yamlencode);
FUNCTION(zipmap);
