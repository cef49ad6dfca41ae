#include "local_exec.h"

#include "pipectl/plan/provisioner.h"

const Schema *provisioner_schema(void)
{
    static Arena arena;
    static AttributeSchema attributes[5];
    static Schema made = { .attributes = attributes };

    if (made.type)
        return &made;
    attributes[0] =
        (AttributeSchema){ .name = TEXT_LIT("command"), .type = type_string, .required = true };
    attributes[1] = (AttributeSchema){ .name = TEXT_LIT("environment"),
                                       .type = type_map(type_string),
                                       .optional = true };
    attributes[2] = (AttributeSchema){ .name = TEXT_LIT("interpreter"),
                                       .type = type_list(type_string),
                                       .optional = true };
    attributes[3] =
        (AttributeSchema){ .name = TEXT_LIT("quiet"), .type = type_bool, .optional = true };
    attributes[4] =
        (AttributeSchema){ .name = TEXT_LIT("working_dir"), .type = type_string, .optional = true };
    made.attribute_count = sizeof attributes / sizeof *attributes;
    schema_finish(&arena, &made);
    return &made;
}

/* --- reading ---------------------------------------------------------------------------------- */

static bool is_there(Value value)
{
    return value_is_known(value) && !value_is_null(value);
}

static Text text_or_none(Value value)
{
    return is_there(value) ? value_text(value) : TEXT_NONE;
}

static TextList interpreter(Value list, Arena *arena)
{
    TextList words = { 0 };

    for (size_t i = 0; is_there(list) && i < value_count(list); i++)
        if (is_there(value_at(list, i)))
            list_add(arena, &words, value_text(value_at(list, i)));
    if (words.count > 0)
        return words;
    list_add(arena, &words, TEXT_LIT("/bin/sh"));
    list_add(arena, &words, TEXT_LIT("-c"));
    return words;
}

static TextList environment(Value map, Arena *arena)
{
    TextList settings = { 0 };

    for (size_t i = 0; is_there(map) && i < value_count(map); i++)
        if (is_there(value_at(map, i)))
            list_add(arena, &settings,
                     text_format(arena, TEXT_FMT "=" TEXT_FMT, TEXT(value_key_at(map, i)),
                                 TEXT(value_text(value_at(map, i)))));
    return settings;
}

static const char *secrecy_of(Value value)
{
    if (value_has_ephemeral(value))
        return value_has_sensitive(value) ? "sensitive, ephemeral" : "ephemeral";
    return value_has_sensitive(value) ? "sensitive" : NULL;
}

bool local_exec_read(const Provisioner *provisioner, const Scope *scope, LocalExec *ret_local,
                     Arena *arena, Diags *diags)
{
    size_t errors = diags->error_count;
    Value value = schema_decode(provisioner_schema(), provisioner->body, scope, arena, diags);
    LocalExec local = { .secrecy = secrecy_of(value) };
    Value quiet;

    if (diags->error_count > errors)
        return false;
    value = value_unmarked(arena, value);
    local.command = text_or_none(value_get(value, "command"));
    local.words = interpreter(value_get(value, "interpreter"), arena);
    list_add(arena, &local.words, local.command);
    local.environment = environment(value_get(value, "environment"), arena);
    local.directory = text_or_none(value_get(value, "working_dir"));
    quiet = value_get(value, "quiet");
    local.quiet = is_there(quiet) && value_truth(quiet);
    *ret_local = local;
    return true;
}

void local_exec_validate(const Provisioner *provisioner, const Scope *scope, Arena *arena,
                         Diags *diags)
{
    (void)schema_decode(provisioner_schema(), provisioner->body, scope, arena, diags);
}

/* --- showing ---------------------------------------------------------------------------------- */

/* In quotes as a person would have to type it. */
static void add_quoted(TextBuilder *builder, Text text)
{
    static const char letters[] = { ['\a'] = 'a', ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n',
                                    ['\r'] = 'r', ['\t'] = 't', ['\v'] = 'v' };

    text_add_char(builder, '"');
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.bytes[i];

        if (c == '"' || c == '\\')
            text_add_format(builder, "\\%c", c);
        else if (c < sizeof letters && letters[c])
            text_add_format(builder, "\\%c", letters[c]);
        else if (c < 0x20 || c == 0x7f)
            text_add_format(builder, "\\x%02x", c);
        else
            text_add_char(builder, (char)c);
    }
    text_add_char(builder, '"');
}

Text local_exec_words_text(const LocalExec *local, Arena *arena)
{
    TextBuilder builder = text_builder(arena);

    text_add_char(&builder, '[');
    for (size_t i = 0; i < local->words.count; i++) {
        if (i > 0)
            text_add_char(&builder, ' ');
        add_quoted(&builder, local->words.items[i]);
    }
    text_add_char(&builder, ']');
    return text_built(&builder);
}
