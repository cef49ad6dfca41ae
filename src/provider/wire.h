/*
 * wire.h: rows to members of calls, and answers to rows.
 */
#pragma once

#include "type_scope.h"

typedef enum WireSide { WIRE_SEND, WIRE_UPDATE } WireSide;

/* A row's value as it travels: `sent`, `null_as` and `cleared` applied, the rows of a block placed.
   [prior] is the row's value before an update (null else). Null when it is left out. The scope's
   frame holds the row. */
Value wire_of_row(const TypeScope *scope, const Row *row, Value value, Value prior, WireSide side,
                  Arena *arena, Diags *diags);

/* The members with all the rows at their places. */
Value wire_add_rows(const TypeScope *scope, const RowRefs *rows, WireSide side, Value members,
                    Arena *arena, Diags *diags);

/* A row's value out of what stands at its place on the wire. */
Value wire_read_value(const TypeScope *scope, const Row *row, Value raw, Arena *arena,
                      Diags *diags);

/* The row's value out of a part of an answer; false when that does not carry it. */
bool wire_read_row(const TypeScope *scope, const Row *row, Value taken, Arena *arena, Diags *diags,
                   Value *ret_value);

/* What a row is that no answer carried: `empty`, else nothing ("", 0, false, no elements). */
Value wire_missing(const TypeScope *scope, const Row *row, Arena *arena, Diags *diags);
