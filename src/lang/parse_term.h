/*
 * parse_term.h: the terms that parse.c leaves to its neighbour parse_collection.c.
 */
#pragma once

#include "parse.h"

/* The next token is "(" or "::"; [name] was read. */
const Expr *parse_call(Parser *parser, const Token *name);

/* The next token is "[" or "{". */
const Expr *parse_tuple(Parser *parser);
const Expr *parse_object(Parser *parser);
