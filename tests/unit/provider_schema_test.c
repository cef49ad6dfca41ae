/* layer: provider */
/* provider_schema_test.c: what type files say of attributes and blocks is what the provider's schema says (tests/types/schema.json). */
#include "resource_type.h"
#include "pipectl/base/file.h"
#include "pipectl/value/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

static size_t differences;

static void differ(Text where, Text name, const char *what)
{
    print_error(TEXT_FMT "." TEXT_FMT ": %s\n", TEXT(where), TEXT(name), what);
    differences++;
}

static Value member(Value object, const char *name)
{
    Value value;

    return value_member(object, text_of(name), &value) ? value : value_null(type_dynamic);
}

static bool says(Value object, const char *name)
{
    Value value = member(object, name);

    return !value_is_null(value) && value_is_true(value);
}

static int64_t number(Value object, const char *name)
{
    Value value = member(object, name);

    return value_is_null(value) ? 0 : value_to_integer(value);
}

static void compare_attribute(Text where, const AttributeSchema *mine, Value theirs)
{
    const Type *type;

    if (!json_to_type(member(theirs, "type"), &type) || type != mine->type)
        differ(where, mine->name, "another type");
    if (mine->required != says(theirs, "required"))
        differ(where, mine->name, "required or not");
    if (mine->optional != says(theirs, "optional"))
        differ(where, mine->name, "optional or not");
    if (mine->computed != says(theirs, "computed"))
        differ(where, mine->name, "computed or not");
    if (mine->sensitive != says(theirs, "sensitive"))
        differ(where, mine->name, "sensitive or not");
}

static void compare(Arena *arena, Text where, const Schema *mine, Value theirs);

static void compare_block(Arena *arena, Text where, const BlockSchema *mine, Value theirs)
{
    static const char *const nestings[] = { [NESTING_SINGLE] = "single", [NESTING_LIST] = "list", [NESTING_SET] = "set" };

    if (mine->refused.length > 0)
        return;
    if (!text_equal(value_text(member(theirs, "nesting_mode")), text_of(nestings[mine->nesting])))
        differ(where, mine->name, "another nesting");
    if (mine->min_items != number(theirs, "min_items") || mine->max_items != number(theirs, "max_items"))
        differ(where, mine->name, "another number of items");
    compare(arena, text_format(arena, TEXT_FMT "." TEXT_FMT, TEXT(where), TEXT(mine->name)), mine->block, member(theirs, "block"));
}

static size_t count_of(Value object)
{
    return value_is_null(object) ? 0 : value_count(object);
}

static void compare(Arena *arena, Text where, const Schema *mine, Value theirs)
{
    Value attributes = member(theirs, "attributes"), blocks = member(theirs, "block_types"), found;

    for (size_t i = 0; i < mine->attribute_count; i++) {
        if (value_is_null(attributes) || !value_member(attributes, mine->attributes[i].name, &found))
            differ(where, mine->attributes[i].name, "not in the provider's schema");
        else
            compare_attribute(where, &mine->attributes[i], found);
    }
    for (size_t i = 0; i < mine->block_count; i++) {
        if (value_is_null(blocks) || !value_member(blocks, mine->blocks[i].name, &found))
            differ(where, mine->blocks[i].name, "no block in the provider's schema");
        else
            compare_block(arena, where, &mine->blocks[i], found);
    }
    if (mine->attribute_count != count_of(attributes))
        differ(where, text_of("*"), "attributes are missing");
    if (mine->block_count != count_of(blocks))
        differ(where, text_of("*"), "blocks are missing");
}

static Value read_schemas(Arena *arena)
{
    Diags diags = diags_make(arena);
    Text text;
    Value schemas;

    assert_true(file_read(arena, text_of(TESTS_DIR "/types/schema.json"), &text, RANGE_NONE, &diags));
    assert_true(json_parse(arena, text, &schemas));
    return schemas;
}

static void compare_all(Arena *arena, ResourceMode mode, Value schemas)
{
    Diags diags = diags_make(arena);
    size_t count;
    const Text *names = resource_type_names(mode, &count);

    assert_true(count > 0);
    for (size_t i = 0; i < count; i++) {
        const ResourceType *type = resource_type_find(mode, names[i], &diags);
        Value theirs;

        assert_non_null(type);
        assert_true(value_member(schemas, names[i], &theirs));
        if (type->schema.version != number(theirs, "version"))
            differ(names[i], text_of("*"), "another schema version");
        compare(arena, names[i], &type->schema, member(theirs, "block"));
    }
    assert_false(diags_have_errors(&diags));
}

static void resources(void **state)
{
    Arena arena = { 0 };

    (void)state;
    differences = 0;
    compare_all(&arena, MODE_MANAGED, member(read_schemas(&arena), "resource_schemas"));
    assert_int_equal(differences, 0);
    arena_free(&arena);
}

static void data_sources(void **state)
{
    Arena arena = { 0 };

    (void)state;
    differences = 0;
    compare_all(&arena, MODE_DATA, member(read_schemas(&arena), "data_source_schemas"));
    assert_int_equal(differences, 0);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(resources), cmocka_unit_test(data_sources) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
