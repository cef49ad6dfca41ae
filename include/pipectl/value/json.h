/*
 * json.h: JSON text and values. The only user of cJSON, which stands behind a checking pass.
 *
 * Reading makes dynamic values as jsondecode does: objects, tuples, strings, numbers, bools, and
 * nulls of the dynamic type. Numbers keep all their digits. Refused, with position: anything that
 * RFC 8259 refuses, invalid UTF-8, nesting over 1,000, more than one value.
 *
 * Writing is Terraform's: members sorted as objects are, < > & U+2028 U+2029 escaped.
 */
#pragma once

#include "pipectl/value/value.h"

/* [source] names the text in messages. The value is unknown(dynamic) on failure. */
bool json_read(Arena *arena, const Source *source, Value *ret_value, Diags *diags);

/* For text that comes from elsewhere (an answer, a policy): no diagnostics, false when it is no JSON. */
bool json_parse(Arena *arena, Text text, Value *ret_value);

/* Compact, as jsonencode. The value must be wholly known; marks are ignored. */
Text json_text(Arena *arena, Value value);
void json_add(TextBuilder *builder, Value value);

/* Indented with two spaces, as state files: "[]" and "{}" for empty ones; no newline at the end.
   [indent] is the level of the first line's siblings. */
void json_add_pretty(TextBuilder *builder, Value value, size_t indent);

/* A string with quotes and escapes. */
void json_add_string(TextBuilder *builder, Text text);

/* Types as Terraform's JSON: "string", ["list","string"], ["object",{"a":"string"}] and back. */
Value json_of_type(Arena *arena, const Type *type);
bool json_to_type(Value json, const Type **ret_type);

/* A JSON document decoded into a known type (state attributes by their schema): numbers in strings
   and the like are converted; dynamic places are {"value":...,"type":...}. False and why on failure. */
bool json_decode_typed(Arena *arena, Value json, const Type *type, Value *ret_value, Text *ret_why);

/* The reverse: dynamic places are wrapped where the static type is dynamic. Unknowns are not allowed. */
Value json_encode_typed(Arena *arena, Value value, const Type *type);
