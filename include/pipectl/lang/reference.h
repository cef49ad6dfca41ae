/*
 * reference.h: what a traversal refers to: a variable, a local, a module's output, a resource, each, count, path...
 */
#pragma once

#include "pipectl/lang/address.h"
#include "pipectl/lang/traversal.h"

typedef enum ReferenceKind {
    REFERENCE_VARIABLE,  /* var.name */
    REFERENCE_LOCAL,     /* local.name */
    REFERENCE_MODULE,    /* module.name, module.name.output, module.name[key].output */
    REFERENCE_RESOURCE,  /* type.name, data.type.name, with or without a key */
    REFERENCE_EACH,      /* each.key, each.value */
    REFERENCE_COUNT,     /* count.index */
    REFERENCE_PATH,      /* path.module, path.root, path.cwd */
    REFERENCE_TERRAFORM, /* terraform.workspace */
    REFERENCE_SELF,      /* self */
} ReferenceKind;

typedef struct Reference {
    ReferenceKind kind;
    Text name;         /* variable, local, module call, resource; "key", "index", "module", "workspace" */
    ResourceMode mode; /* resource */
    Text type;         /* resource */
    InstanceKey key;   /* resource or module with a constant index right after its name */
    Text output;       /* module: the output that is named, or empty */
    size_t used;       /* how many steps of the traversal the parts above take (with the key, if any) */
    Range range;
} Reference;

/* Errors in Terraform's words ("Invalid reference"). */
bool reference_of(const Traversal *traversal, Reference *ret_reference, Diags *diags);
