/*
 * version.h: the version of Terraform whose behaviour this program has, as state files, plans and
 * version constraints name it.
 */
#pragma once

#define TERRAFORM_VERSION "1.11.4"
