/*
 * provisioner.h: what a provisioner takes: for those who show a configuration.
 */
#pragma once

#include "pipectl/provider/schema.h"

/* local-exec is the only one there is. */
const Schema *provisioner_schema(void);
