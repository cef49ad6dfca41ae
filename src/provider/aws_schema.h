/*
 * aws_schema.h: what a provider "aws" block takes.
 */
#pragma once

#include "pipectl/provider/schema.h"

const Schema *aws_configuration_schema(void);
