/*
 * body_hcl.h: what a native body is made of: its reader makes it (read_hcl.c), its form sorts it
 * (body_hcl.c).
 */
#pragma once

#include "body_form.h"
#include "pipectl/base/table.h"

typedef struct HclBlock {
    Text type;
    Range type_range;
    Text *labels;
    Range *label_ranges;
    size_t label_count;
    Range brace;
    const Body *body;
} HclBlock;

typedef struct HclBody {
    Body base;
    LIST(Attribute) attributes;
    LIST(HclBlock) blocks;
    Table names; /* of a body with many attributes: the ranges of their names */
} HclBody;

/* An empty body that opens at [opening] (a brace, or a file's start). */
HclBody *hcl_body_make(Arena *arena, Range opening);
