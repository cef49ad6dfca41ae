/*
 * override.h: override files: what they say goes over what other files declare. Private to the
 * layer.
 */
#pragma once

#include "decode.h"

typedef LIST(Block) BlockList;

/* The override file's block over its counterpart among [blocks]; without one it is an error. */
void override_block(Decoder *decoder, BlockList *blocks, const Block *block);
