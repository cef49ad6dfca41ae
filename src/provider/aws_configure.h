/*
 * aws_configure.h: making an AwsProvider of its configuration block.
 */
#pragma once

#include "aws_provider.h"
#include "native.h"

Provider *aws_configure(Arena *arena, Exchange *exchange, Value configuration, const Body *body,
                        Diags *diags);
