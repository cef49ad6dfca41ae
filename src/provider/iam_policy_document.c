/*
 * data aws_iam_policy_document: a policy written as blocks, made into JSON without asking anybody.
 *
 * Terraform's provider keeps sets in an order of its own (by a sum over their text), and that order
 * shows where several blocks of one kind are joined: so it is made here again.
 */
#include "native.h"

#include "pipectl/base/digest.h"
#include "pipectl/value/json.h"
#include "policy_document.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- schema ----------------------------------------------------------------------------------- */

#define COUNT(array) (sizeof(array) / sizeof *(array))

static BlockSchema block_of(Arena *arena, const char *name, Nesting nesting,
                            const NativeAttribute *attributes, size_t count)
{
    Schema *inner = arena_new(arena, Schema);

    native_fill_schema(arena, inner, attributes, count);
    return (BlockSchema){ .name = text_of(name), .nesting = nesting, .block = inner };
}

static const Schema *make_schema(Arena *arena)
{
    static const NativeAttribute document[] = {
        { "id", "string", "computed" },
        { "json", "string", "computed" },
        { "minified_json", "string", "computed" },
        { "override_policy_documents", "list(string)", "optional" },
        { "override_json", "string", "optional" },
        { "policy_id", "string", "optional" },
        { "source_json", "string", "optional" },
        { "source_policy_documents", "list(string)", "optional" },
        { "version", "string", "optional" },
    };
    static const NativeAttribute statement[] = {
        { "sid", "string", "optional" },
        { "effect", "string", "optional" },
        { "actions", "set(string)", "optional" },
        { "not_actions", "set(string)", "optional" },
        { "resources", "set(string)", "optional" },
        { "not_resources", "set(string)", "optional" },
    };
    static const NativeAttribute principal[] = { { "type", "string", "required" },
                                                 { "identifiers", "set(string)", "required" } };
    static const NativeAttribute condition[] = { { "test", "string", "required" },
                                                 { "variable", "string", "required" },
                                                 { "values", "list(string)", "required" } };
    Schema *schema = arena_new(arena, Schema);
    BlockSchema *outer = arena_new(arena, BlockSchema), *inner = arena_array(arena, BlockSchema, 3);

    native_fill_schema(arena, schema, document, COUNT(document));
    *outer = block_of(arena, "statement", NESTING_LIST, statement, COUNT(statement));
    inner[0] = block_of(arena, "principals", NESTING_SET, principal, COUNT(principal));
    inner[1] = block_of(arena, "not_principals", NESTING_SET, principal, COUNT(principal));
    inner[2] = block_of(arena, "condition", NESTING_SET, condition, COUNT(condition));
    ((Schema *)outer->block)->blocks = inner;
    ((Schema *)outer->block)->block_count = 3;
    schema->blocks = outer;
    schema->block_count = 1;
    schema_finish(arena, schema);
    return schema;
}

static const Schema *schema(void)
{
    static Arena arena;
    static const Schema *made;

    if (!made)
        made = make_schema(&arena);
    return made;
}

/* --- Terraform's order of sets ---------------------------------------------------------------- */

typedef struct Ordered {
    Value value;
    char code[16]; /* the sum in decimal digits: they are sorted as texts */
} Ordered;

static void set_code(Ordered *ordered, Text serialised)
{
    snprintf(ordered->code, sizeof ordered->code, "%u", (unsigned)crc32_of(serialised));
}

static int by_code(const void *a, const void *b)
{
    return strcmp(((const Ordered *)a)->code, ((const Ordered *)b)->code);
}

typedef Text Serialise(Arena *arena, Value element);

static Ordered *order_set(Arena *arena, Value set, Serialise *serialise, size_t *ret_count)
{
    size_t count = value_is_null(set) ? 0 : value_count(set);
    Ordered *ordered = arena_array(arena, Ordered, count);

    for (size_t i = 0; i < count; i++) {
        ordered[i].value = value_at(set, i);
        set_code(&ordered[i], serialise(arena, ordered[i].value));
    }
    if (count > 0)
        qsort(ordered, count, sizeof *ordered, by_code);
    *ret_count = count;
    return ordered;
}

static Text serialise_text(Arena *arena, Value text)
{
    return text_format(arena, TEXT_FMT ";", TEXT(value_text(text)));
}

static Text serialise_principal(Arena *arena, Value principal)
{
    TextBuilder builder = text_builder(arena);
    size_t count;
    Ordered *names = order_set(arena, value_get(principal, "identifiers"), serialise_text, &count);

    text_add(&builder, TEXT_LIT("identifiers:{"));
    for (size_t i = 0; i < count; i++)
        text_add(&builder, serialise_text(arena, names[i].value));
    text_add_format(&builder, "};type:" TEXT_FMT ";", TEXT(value_get_text(principal, "type")));
    return text_built(&builder);
}

static Text serialise_condition(Arena *arena, Value condition)
{
    TextBuilder builder = text_builder(arena);
    Value values = value_get(condition, "values");

    text_add_format(&builder, "test:" TEXT_FMT ";values:(",
                    TEXT(value_get_text(condition, "test")));
    for (size_t i = 0; i < value_count(values); i++)
        text_add(&builder, serialise_text(arena, value_at(values, i)));
    text_add_format(&builder, ");variable:" TEXT_FMT ";",
                    TEXT(value_get_text(condition, "variable")));
    return text_built(&builder);
}

/* --- a statement's parts ---------------------------------------------------------------------- */

/* &{...} stands for IAM's own ${...}, which would be a template here. */
static Text with_variables(Arena *arena, Text text)
{
    return text_replace(arena, text, TEXT_LIT("&{"), TEXT_LIT("${"));
}

static Value texts_of(Arena *arena, Value set, bool variables)
{
    size_t count = value_is_null(set) ? 0 : value_count(set);
    Text *texts = arena_array(arena, Text, count);
    Value sorted;
    ValueBuilder builder = value_builder(arena);

    for (size_t i = 0; i < count; i++)
        texts[i] = value_text(value_at(set, i));
    sorted = policy_texts(arena, texts, count);
    if (!variables || count == 0)
        return sorted;
    if (count == 1)
        return value_string(arena, with_variables(arena, value_text(sorted)));
    for (size_t i = 0; i < count; i++)
        value_builder_add(
            &builder, value_string(arena, with_variables(arena, value_text(value_at(sorted, i)))));
    return value_built_tuple(&builder);
}

static void add_values(ValueBuilder *builder, Value values)
{
    if (value_has_kind(values, TYPE_STRING)) {
        value_builder_add(builder, values);
        return;
    }
    for (size_t i = 0; i < value_count(values); i++)
        value_builder_add(builder, value_at(values, i));
}

/* What two blocks of the same type say, one after the other. */
static Value joined(Arena *arena, Value first, Value second)
{
    ValueBuilder builder = value_builder(arena);

    add_values(&builder, first);
    add_values(&builder, second);
    return value_built_tuple(&builder);
}

static Value principals_of(Arena *arena, Value set)
{
    Value object = value_object(arena, NULL, NULL, 0);
    size_t count;
    Ordered *blocks = order_set(arena, set, serialise_principal, &count);

    if (count == 0)
        return (Value){ 0 };
    for (size_t i = 0; i < count; i++) {
        Text type = value_get_text(blocks[i].value, "type");
        Value names = texts_of(arena, value_get(blocks[i].value, "identifiers"), true), before;

        if (count == 1 && text_is(type, "*") && value_has_kind(names, TYPE_STRING) &&
            text_is(value_text(names), "*"))
            return names;
        if (value_member(object, type, &before))
            names = joined(arena, before, names);
        if (names.type)
            object = native_with(arena, object, text_cstring(arena, type), names);
    }
    return object;
}

static Value compared_values(Arena *arena, Value values)
{
    ValueBuilder builder = value_builder(arena);

    for (size_t i = 0; i < value_count(values); i++)
        value_builder_add(
            &builder, value_string(arena, with_variables(arena, value_text(value_at(values, i)))));
    return value_built_tuple(&builder);
}

/* Lists of one are that one. */
static Value with_single_values(Arena *arena, Value condition)
{
    ValueBuilder operators = value_builder(arena);

    for (size_t i = 0; i < value_count(condition); i++) {
        Value keys = value_at(condition, i);
        ValueBuilder builder = value_builder(arena);

        for (size_t k = 0; k < value_count(keys); k++)
            value_builder_put(&builder, value_key_at(keys, k),
                              value_count(value_at(keys, k)) == 1 ? value_at(value_at(keys, k), 0)
                                                                  : value_at(keys, k));
        value_builder_put(&operators, value_key_at(condition, i), value_built_object(&builder));
    }
    return value_built_object(&operators);
}

static Value conditions_of(Arena *arena, Value set)
{
    Value condition = value_object(arena, NULL, NULL, 0);
    size_t count;
    Ordered *blocks = order_set(arena, set, serialise_condition, &count);

    if (count == 0)
        return (Value){ 0 };
    for (size_t i = 0; i < count; i++) {
        char *test = text_cstring(arena, value_get_text(blocks[i].value, "test"));
        Text variable = value_get_text(blocks[i].value, "variable");
        Value values = compared_values(arena, value_get(blocks[i].value, "values")),
              keys = value_get(condition, test), before;

        if (value_is_null(keys))
            keys = value_object(arena, NULL, NULL, 0);
        if (value_member(keys, variable, &before))
            values = joined(arena, before, values);
        condition = native_with(arena, condition, test,
                                native_with(arena, keys, text_cstring(arena, variable), values));
    }
    return with_single_values(arena, condition);
}

static PolicyStatement statement_of(Arena *arena, Value block)
{
    Text effect = value_get_text(block, "effect");

    return (PolicyStatement){
        .sid = value_get_text(block, "sid"),
        .effect = effect.length > 0 ? effect : TEXT_LIT("Allow"),
        .parts = { [POLICY_ACTION] = texts_of(arena, value_get(block, "actions"), false),
                   [POLICY_NOT_ACTION] = texts_of(arena, value_get(block, "not_actions"), false),
                   [POLICY_RESOURCE] = texts_of(arena, value_get(block, "resources"), true),
                   [POLICY_NOT_RESOURCE] = texts_of(arena, value_get(block, "not_resources"), true),
                   [POLICY_PRINCIPAL] = principals_of(arena, value_get(block, "principals")),
                   [POLICY_NOT_PRINCIPAL] = principals_of(arena,
                                                          value_get(block, "not_principals")),
                   [POLICY_CONDITION] = conditions_of(arena, value_get(block, "condition")) }
    };
}

/* --- the document ----------------------------------------------------------------------------- */

static PolicyDocument own_document(Arena *arena, Value configuration)
{
    Text version = value_get_text(configuration, "version");
    PolicyDocument document = { .version = version.length > 0 ? version : TEXT_LIT("2012-10-17"),
                                .id = value_get_text(configuration, "policy_id") };
    Value blocks = value_get(configuration, "statement");

    for (size_t i = 0; !value_is_null(blocks) && i < value_count(blocks); i++)
        list_add(arena, &document.statements, statement_of(arena, value_at(blocks, i)));
    return document;
}

static void check_duplicates(const PolicyDocument *document, Diags *diags)
{
    Text sid = policy_document_duplicate(document);

    if (sid.length > 0)
        diag_error(diags, RANGE_NONE, "Duplicate Sid",
                   "Two statements have the Sid \"" TEXT_FMT "\": each must have its own, or none.",
                   TEXT(sid));
}

/* Old documents do not know variables. */
static void check_variables(const PolicyDocument *document, Value blocks, Arena *arena,
                            Diags *diags)
{
    Text escaped = TEXT_LIT("\\u0026{");

    if (text_is(document->version, "2008-10-17") &&
        text_find(json_text(arena, blocks), escaped) != TEXT_NOT_FOUND)
        diag_error(diags, RANGE_NONE, "Variable in an old policy",
                   "Version 2008-10-17 of the policy language knows no &{...}.");
}

static void merge_documents(Arena *arena, PolicyDocument *document, Value texts, bool unique,
                            const char *what, Diags *diags)
{
    PolicyDocument all = { 0 };

    for (size_t i = 0; !value_is_null(texts) && i < value_count(texts); i++) {
        Value text = value_at(texts, i);
        PolicyDocument read;

        if (value_is_null(text) || value_text(text).length == 0)
            continue;
        if (!policy_document_parse(arena, value_text(text), &read)) {
            diag_error(diags, RANGE_NONE, "Invalid policy document",
                       "Element %zu of %s is no policy document.", i, what);
            continue;
        }
        for (size_t k = 0; k < read.statements.count; k++)
            list_add(arena, &all.statements, read.statements.items[k]);
        policy_document_merge(arena, document, &read);
    }
    if (unique)
        check_duplicates(&all, diags);
}

/* Inside a block what was not given is "", or no elements. */
static Value with_blanks(Arena *arena, Value block)
{
    ValueBuilder builder = value_builder(arena);

    for (size_t i = 0; i < value_count(block); i++) {
        Text name = value_key_at(block, i);
        Value value = value_at(block, i);

        if (value_is_null(value) && text_is(name, "effect"))
            value = value_string_raw(TEXT_LIT("Allow"));
        else if (value_is_null(value) && value.type == type_string)
            value = value_string_raw(TEXT_LIT(""));
        else if (value_is_null(value))
            value = value_set(arena, value.type->element, NULL, 0);
        value_builder_put(&builder, name, value);
    }
    return value_built_object(&builder);
}

static Value blank_statements(Arena *arena, Value blocks)
{
    ValueBuilder builder = value_builder(arena);

    for (size_t i = 0; i < value_count(blocks); i++)
        value_builder_add(&builder, with_blanks(arena, value_at(blocks, i)));
    return value_built_list(&builder, blocks.type->element);
}

static Value read_data(Value configuration, Arena *arena, Diags *diags)
{
    Value plain = value_unmarked(arena, configuration), object = plain;
    PolicyDocument document = { 0 }, own = own_document(arena, plain);
    Text json;

    check_duplicates(&own, diags);
    check_variables(&own, value_get(plain, "statement"), arena, diags);
    merge_documents(arena, &document, value_get(plain, "source_policy_documents"), true,
                    "source_policy_documents", diags);
    policy_document_merge(arena, &document, &own);
    merge_documents(arena, &document, value_get(plain, "override_policy_documents"), false,
                    "override_policy_documents", diags);
    json = policy_document_text(arena, &document, false);
    object = native_with(arena, object, "statement",
                         blank_statements(arena, value_get(plain, "statement")));
    object = native_with(arena, object, "version", value_string(arena, own.version));
    object = native_with(arena, object, "json", value_string(arena, json));
    object = native_with(arena, object, "minified_json",
                         value_string(arena, policy_document_text(arena, &document, true)));
    return native_with(arena, object, "id",
                       value_string(arena, text_format(arena, "%u", (unsigned)crc32_of(json))));
}

const NativeType native_iam_policy_document = {
    .name = "aws_iam_policy_document",
    .mode = MODE_DATA,
    .schema = schema,
    .read_data = read_data,
};
