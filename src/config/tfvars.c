/*
 * tfvars.c: where values of root variables come from: the environment, tfvars files, the command
 * line.
 */
#include "pipectl/config/load.h"
#include "pipectl/lang/node.h"

extern char **environ;

typedef struct Collection {
    Arena *arena;
    Text directory;
    VariableInputList inputs;
    Diags *diags;
} Collection;

/* --- the environment ------------------------------------------------------------------------ */

static void collect_environment(Collection *collection)
{
    Text prefix = TEXT_LIT("TF_VAR_");

    for (char **entry = environ; entry && *entry; entry++) {
        Text name, value;

        if (!text_starts_with(text_of(*entry), prefix) ||
            !text_cut(text_of(*entry), TEXT_LIT("="), &name, &value))
            continue;
        list_add(
            collection->arena, &collection->inputs,
            (VariableInput){
                .name = text_copy(collection->arena, text_slice(name, prefix.length, name.length)),
                .text = text_copy(collection->arena, value),
                .origin = text_format(collection->arena,
                                      "using the " TEXT_FMT " environment variable", TEXT(name)),
                .undeclared_is_silent = true });
    }
}

/* --- files ---------------------------------------------------------------------------------- */

static void add_from_file(Collection *collection, const Source *source, Text name, const Expr *expr,
                          Range range)
{
    list_add(collection->arena, &collection->inputs,
             (VariableInput){ .name = name, .expr = expr, .origin = source->name, .range = range });
}

static const Node *report_not_object(const Node *node, Diags *diags)
{
    diag_error(diags, node->range, "Incorrect JSON value type",
               "A JSON object is required here, setting the arguments for this block.");
    return NULL;
}

/* JSON: strings are text, never templates. */
static void collect_json(Collection *collection, const Source *source)
{
    const Node *node = node_read_json(collection->arena, source, collection->diags);
    Table seen = { 0 };

    if (node && node->kind != NODE_MAPPING)
        node = report_not_object(node, collection->diags);
    for (size_t i = 0; node && i < node->count; i++) {
        const Node *key = node->keys[i], *value = node->items[i];

        if (text_is(key->text, "//"))
            continue;
        if (table_has(&seen, key->text))
            diag_error(collection->diags, key->range, "Duplicate attribute definition",
                       "The argument \"" TEXT_FMT "\" was already set.", TEXT(key->text));
        table_put(collection->arena, &seen, key->text, (void *)(uintptr_t)key);
        add_from_file(
            collection, source, key->text,
            expr_literal(collection->arena, node_value(collection->arena, value), value->range),
            range_between(key->range, value->range));
    }
}

static const AttributeRule no_attributes[] = { { .name = TEXT_INIT("") } };
static const char *const label_name[] = { "name" };
static const BlockRule declaration[] = {
    { .type = TEXT_INIT("variable"), .labels = label_name, .label_count = 1 }
};
static const BodySchema declaration_schema = { no_attributes, 0, declaration, 1 };

static void report_declarations(Collection *collection, const Source *source,
                                const BodyContent *content)
{
    for (size_t i = 0; i < content->blocks.count; i++) {
        const Block *block = &content->blocks.items[i];

        diag_error(collection->diags, block->range, "Variable declaration in .tfvars file",
                   "A .tfvars file gives values to variables that are declared elsewhere. Declare "
                   "\"" TEXT_FMT "\" in a file of the configuration, and write "
                   "here, in " TEXT_FMT ": " TEXT_FMT " = ...",
                   TEXT(block->labels[0]), TEXT(source->name), TEXT(block->labels[0]));
    }
}

static void collect_native(Collection *collection, const Source *source)
{
    const Body *body = body_read_hcl(collection->arena, source, collection->diags), *rest;
    BodyContent content = body_partial_content(body, &declaration_schema, &rest, collection->arena,
                                               collection->diags);

    report_declarations(collection, source, &content);
    content = body_attributes(rest, collection->arena, collection->diags);
    for (size_t i = 0; i < content.attributes.count; i++) {
        const Attribute *attribute = &content.attributes.items[i];

        add_from_file(collection, source, attribute->name, attribute->expr, attribute->range);
    }
}

static void collect_file(Collection *collection, Text path)
{
    Source *source = source_make(collection->arena, text_copy(collection->arena, path), TEXT_NONE);

    if (!file_read(collection->arena, path, &source->text, RANGE_NONE, collection->diags))
        return;
    if (text_ends_with(path, TEXT_LIT(".json")))
        collect_json(collection, source);
    else
        collect_native(collection, source);
}

static Text in_directory(const Collection *collection, Text name)
{
    return text_is(collection->directory, ".")
               ? name
               : file_join(collection->arena, collection->directory, name);
}

static void collect_standard_files(Collection *collection)
{
    static const char *const standard[] = { "terraform.tfvars", "terraform.tfvars.json" };
    TextList names = { 0 };

    for (size_t i = 0; i < sizeof standard / sizeof standard[0]; i++) {
        Text path = in_directory(collection, text_of(standard[i]));

        if (file_kind(path) != FILE_ABSENT)
            collect_file(collection, path);
    }
    if (!file_list(collection->arena, collection->directory, &names, RANGE_NONE, collection->diags))
        return;
    for (size_t i = 0; i < names.count; i++)
        if (text_ends_with(names.items[i], TEXT_LIT(".auto.tfvars")) ||
            text_ends_with(names.items[i], TEXT_LIT(".auto.tfvars.json")))
            collect_file(collection, in_directory(collection, names.items[i]));
}

/* --- the command line ----------------------------------------------------------------------- */

static void collect_option(Collection *collection, Text option)
{
    Text name, value;

    if (!text_cut(option, TEXT_LIT("="), &name, &value)) {
        diag_error(
            collection->diags, RANGE_NONE, "Invalid -var option",
            "The given -var option \"" TEXT_FMT
            "\" is not correctly specified. Must be a variable name and value separated by an "
            "equals sign, like -var=\"key=value\".",
            TEXT(option));
        return;
    }
    if (!text_equal(text_trim(name), name)) {
        diag_error(collection->diags, RANGE_NONE, "Invalid -var option",
                   "Variable name \"" TEXT_FMT
                   "\" is invalid due to white space around it. Did you mean -var=\"" TEXT_FMT
                   "=" TEXT_FMT "\"?",
                   TEXT(name), TEXT(text_trim(name)), TEXT(text_trim(value)));
        return;
    }
    list_add(collection->arena, &collection->inputs,
             (VariableInput){ .name = name,
                              .text = value,
                              .origin = text_format(collection->arena,
                                                    "using -var=\"" TEXT_FMT "=...\"", TEXT(name)),
                              .undeclared_is_error = true });
}

static void collect_file_option(Collection *collection, Text path)
{
    if (file_kind(path) != FILE_ABSENT)
        collect_file(collection, path);
    else
        diag_error(collection->diags, RANGE_NONE, "Failed to read variables file",
                   "Given variables file " TEXT_FMT " does not exist.", TEXT(path));
}

VariableInputList variables_collect(Arena *arena, Text directory, const VariableOption *options,
                                    size_t option_count, Diags *diags)
{
    Collection collection = { .arena = arena, .directory = directory, .diags = diags };

    collect_environment(&collection);
    collect_standard_files(&collection);
    for (size_t i = 0; i < option_count; i++) {
        if (options[i].is_file)
            collect_file_option(&collection, options[i].value);
        else
            collect_option(&collection, options[i].value);
    }
    return collection.inputs;
}
