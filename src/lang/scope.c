#include "pipectl/lang/scope.h"

bool scope_find(const Scope *scope, Text name, Value *ret_value)
{
    for (; scope; scope = scope->parent) {
        for (size_t i = 0; i < scope->name_count; i++) {
            if (text_equal(scope->names[i].name, name)) {
                *ret_value = scope->names[i].value;
                return true;
            }
        }
    }
    return false;
}
