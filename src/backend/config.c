/* config.c: the arguments of a backend, from its block, from -backend-config, and from values. */
#include "kinds.h"

#include "pipectl/base/digest.h"

#include <stdlib.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum { MOST_ARGUMENTS = 80 };

/* --- types ---------------------------------------------------------------------------------- */

static const Type *object_type(const BackendArgument *arguments);

static const Type *argument_type(const BackendArgument *argument)
{
    switch (argument->kind) {
    case ARGUMENT_BOOL:
        return type_bool;
    case ARGUMENT_NUMBER:
        return type_number;
    case ARGUMENT_TEXT_LIST:
        return type_list(type_string);
    case ARGUMENT_TEXT_SET:
        return type_set(type_string);
    case ARGUMENT_TEXT_MAP:
        return type_map(type_string);
    case ARGUMENT_OBJECT:
        return object_type(argument->members);
    default:
        return type_string;
    }
}

static const Type *object_type(const BackendArgument *arguments)
{
    Text names[MOST_ARGUMENTS];
    const Type *types[MOST_ARGUMENTS];
    bool optional[MOST_ARGUMENTS];
    size_t count = 0;

    for (; arguments->name; arguments++, count++) {
        names[count] = text_of(arguments->name);
        types[count] = argument_type(arguments);
        optional[count] = true;
    }
    return type_object(names, types, optional, count);
}

const Type *backend_config_type(const BackendKind *kind)
{
    return type_without_optional(object_type(kind->arguments));
}

/* --- values --------------------------------------------------------------------------------- */

static const BackendArgument *find_argument(const BackendArgument *arguments, Text name)
{
    for (; arguments->name; arguments++)
        if (text_is(name, arguments->name))
            return arguments;
    return NULL;
}

/* What an object has and no argument is named like would be ignored silently. */
static bool members_are_known(const BackendArgument *argument, Value value, Range subject,
                              Diags *diags)
{
    bool ok = true;

    if (argument->kind != ARGUMENT_OBJECT || value_is_null(value) ||
        !value_has_kind(value, TYPE_OBJECT) || !value_is_known(value))
        return true;
    for (size_t i = 0; i < value_count(value); i++) {
        const BackendArgument *member = find_argument(argument->members, value_key_at(value, i));

        if (member && !(member->refused && !value_is_null(value_at(value, i))))
            continue;
        ok = false;
        diag_error(diags, subject, member ? "Unsupported backend argument" : "Unsupported argument",
                   member ? "%s." TEXT_FMT " of this backend is not supported yet."
                          : "%s has no member \"" TEXT_FMT "\".",
                   argument->name, TEXT(value_key_at(value, i)));
    }
    return ok;
}

/* The value as the argument's type has it; false after errors. */
static bool convert(Arena *arena, const BackendArgument *argument, Value value, Range subject,
                    Value *ret_value, Diags *diags)
{
    Text why;

    if (!value_is_wholly_known(value)) /* reported where it was evaluated */
        return false;
    if (value_is_null(value)) {
        *ret_value = value_null(type_without_optional(argument_type(argument)));
        return true;
    }
    if (argument->refused) {
        diag_error(diags, subject, "Unsupported backend argument",
                   "The argument \"%s\" of this backend is not supported yet.", argument->name);
        return false;
    }
    if (!members_are_known(argument, value, subject, diags))
        return false;
    if (!value_convert(arena, value, argument_type(argument), ret_value, &why)) {
        diag_error(diags, subject, "Incorrect attribute value type",
                   "Inappropriate value for attribute \"%s\": " TEXT_FMT ".", argument->name,
                   TEXT(why));
        return false;
    }
    return true;
}

static Value config_of(Arena *arena, const BackendKind *kind, const Value *values)
{
    ValueBuilder builder = value_builder(arena);

    for (size_t i = 0; kind->arguments[i].name; i++)
        value_builder_put(&builder, text_of(kind->arguments[i].name), values[i]);
    return value_built_object(&builder);
}

static void set_nulls(const BackendKind *kind, Value *values)
{
    for (size_t i = 0; kind->arguments[i].name; i++)
        values[i] = value_null(type_without_optional(argument_type(&kind->arguments[i])));
}

Value backend_config_from(Arena *arena, const BackendKind *kind, Value given, bool strict,
                          Range subject, Diags *diags)
{
    Value values[MOST_ARGUMENTS];
    bool ok = true;

    set_nulls(kind, values);
    for (size_t i = 0; !value_is_null(given) && i < value_count(given); i++) {
        const BackendArgument *argument = find_argument(kind->arguments, value_key_at(given, i));

        if (argument) {
            ok &= convert(arena, argument, value_at(given, i), subject,
                          &values[argument - kind->arguments], diags);
        } else if (strict) {
            ok = false;
            diag_error(diags, subject, "Invalid backend configuration",
                       "The backend \"%s\" has no argument named \"" TEXT_FMT "\".", kind->name,
                       TEXT(value_key_at(given, i)));
        }
    }
    return ok ? config_of(arena, kind, values) : value_unknown(type_dynamic);
}

/* --- blocks --------------------------------------------------------------------------------- */

static bool read_body(Arena *arena, const BackendKind *kind, const Body *body, Value *values,
                      Diags *diags)
{
    AttributeRule rules[MOST_ARGUMENTS] = { 0 };
    BodySchema schema = { .attributes = rules };
    size_t errors = diags->error_count;
    BodyContent content;

    for (; kind->arguments[schema.attribute_count].name; schema.attribute_count++)
        rules[schema.attribute_count].name = text_of(kind->arguments[schema.attribute_count].name);
    content = body_content(body, &schema, arena, diags);
    for (size_t i = 0; i < content.attributes.count; i++) {
        const Attribute *attribute = &content.attributes.items[i];
        const BackendArgument *argument = find_argument(kind->arguments, attribute->name);

        convert(arena, argument, expr_evaluate(attribute->expr, NULL, arena, diags),
                expr_range(attribute->expr), &values[argument - kind->arguments], diags);
    }
    return diags->error_count == errors;
}

/* --- -backend-config ------------------------------------------------------------------------ */

/* Where a list or an object is wanted the text is an expression, else it is the value. */
static Value pair_value(Arena *arena, const BackendArgument *argument, Text name, Text text,
                        Diags *diags)
{
    Source *source;
    const Expr *expr;

    if (argument->kind == ARGUMENT_TEXT || argument->kind == ARGUMENT_BOOL ||
        argument->kind == ARGUMENT_NUMBER)
        return value_string(arena, text);
    source = source_make(arena, text_format(arena, "-backend-config=" TEXT_FMT, TEXT(name)), text);
    expr = expr_parse(arena, (ExprText){ .source = source, .text = text }, diags);
    return expr ? expr_evaluate(expr, NULL, arena, diags) : value_unknown(type_dynamic);
}

static void read_pair(Arena *arena, const BackendKind *kind, Text name, Text text, Value *values,
                      Diags *diags)
{
    const BackendArgument *argument = find_argument(kind->arguments, name);

    if (argument)
        convert(arena, argument, pair_value(arena, argument, name, text, diags), RANGE_NONE,
                &values[argument - kind->arguments], diags);
    else
        diag_error(diags, RANGE_NONE, "Invalid backend configuration argument",
                   "The backend configuration argument \"" TEXT_FMT
                   "\" given on the command line is not "
                   "expected for the selected backend type.",
                   TEXT(name));
}

static void read_file(Arena *arena, const BackendKind *kind, Text path, Value *values, Diags *diags)
{
    Source *source = source_make(arena, path, TEXT_NONE);
    const Body *body;

    if (!file_read(arena, path, &source->text, RANGE_NONE, diags))
        return;
    body = body_read(arena, source, diags);
    if (body)
        read_body(arena, kind, body, values, diags);
}

Value backend_config(Arena *arena, const BackendKind *kind, const Body *body,
                     const BackendOptions *options, uint32_t *ret_hash, Diags *diags)
{
    Value values[MOST_ARGUMENTS];
    size_t errors = diags->error_count;

    set_nulls(kind, values);
    if (body)
        read_body(arena, kind, body, values, diags);
    if (ret_hash && diags->error_count == errors)
        *ret_hash = backend_config_hash(kind, config_of(arena, kind, values));
    for (size_t i = 0; options && i < options->count; i++) {
        Text name, text;

        if (text_cut(options->items[i], TEXT_LIT("="), &name, &text))
            read_pair(arena, kind, text_trim(name), text, values, diags);
        else
            read_file(arena, kind, options->items[i], values, diags);
    }
    return diags->error_count == errors ? config_of(arena, kind, values)
                                        : value_unknown(type_dynamic);
}

bool backend_config_check(const BackendKind *kind, Value config, Range subject, Diags *diags)
{
    size_t errors = diags->error_count;

    for (const BackendArgument *argument = kind->arguments; argument->name; argument++)
        if (argument->required && value_is_null(value_get(config, argument->name)))
            diag_error(
                diags, subject, "Missing Required Value",
                "The attribute \"%s\" is required by the backend \"%s\": put it into the block, or "
                "give it with -backend-config.",
                argument->name, kind->name);
    if (kind->check && diags->error_count == errors)
        kind->check(config, subject, diags);
    return diags->error_count == errors;
}

/* --- reading -------------------------------------------------------------------------------- */

Text config_text(Value config, const char *name)
{
    return value_is_null(config) ? TEXT_NONE : value_get_text(config, name);
}

bool config_flag(Value config, const char *name, bool otherwise)
{
    Value value = value_get(config, name);

    return value_is_null(value) ? otherwise : value_is_true(value);
}

int64_t config_integer(Value config, const char *name, int64_t otherwise)
{
    Value value = value_get(config, name);
    int64_t integer = otherwise;

    if (!value_is_null(value))
        (void)number_to_int(value_to_number(value), &integer);
    return integer;
}

/* --- Terraform's hash ----------------------------------------------------------------------- */

static void add_hash_bytes(TextBuilder *bytes, Value value);

static void add_elements(TextBuilder *bytes, Value value, const char *brackets)
{
    text_add_char(bytes, brackets[0]);
    for (size_t i = 0; i < value_count(value); i++) {
        if (value.type->kind == TYPE_MAP) {
            add_hash_bytes(bytes, value_string_raw(value_key_at(value, i)));
            text_add_char(bytes, ':');
        }
        add_hash_bytes(bytes, value_at(value, i));
        text_add_char(bytes, ';');
    }
    text_add_char(bytes, brackets[1]);
}

/* As Go's %q for printable text. */
static void add_quoted(TextBuilder *bytes, Text text)
{
    text_add_char(bytes, '"');
    for (size_t i = 0; i < text.length; i++) {
        char c = text.bytes[i];

        if (c == '"' || c == '\\')
            text_add_char(bytes, '\\');
        if (c == '\n')
            text_add(bytes, TEXT_LIT("\\n"));
        else if (c == '\t')
            text_add(bytes, TEXT_LIT("\\t"));
        else
            text_add_char(bytes, c);
    }
    text_add_char(bytes, '"');
}

/* The bytes by which Terraform puts values into hashed sets. */
static void add_hash_bytes(TextBuilder *bytes, Value value)
{
    if (value_is_null(value)) {
        text_add_char(bytes, '~');
        return;
    }
    switch (value.type->kind) {
    case TYPE_BOOL:
        text_add_char(bytes, value_truth(value) ? 'T' : 'F');
        break;
    case TYPE_NUMBER:
        text_add(bytes, value_to_text(bytes->arena, value));
        break;
    case TYPE_STRING:
        add_quoted(bytes, value_text(value));
        break;
    case TYPE_MAP:
        add_elements(bytes, value, "{}");
        break;
    case TYPE_LIST:
    case TYPE_SET:
        add_elements(bytes, value, "[]");
        break;
    default:
        add_elements(bytes, value, "<>");
        break;
    }
}

uint32_t backend_config_hash(const BackendKind *kind, Value config)
{
    Arena scratch = { 0 };
    TextBuilder bytes = text_builder(&scratch);
    Value both[] = { value_string_raw(text_of(kind->name)), config };
    uint32_t hash;

    add_hash_bytes(&bytes, value_tuple(&scratch, both, COUNT_OF(both)));
    hash = crc32_of(text_built(&bytes));
    arena_free(&scratch);
    return hash;
}
