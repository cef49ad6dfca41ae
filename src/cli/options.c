/* Parsing of command lines by tables. */
#include "options.h"

static const Option *find_option(const Option *const *tables, size_t table_count, Text name)
{
    for (size_t t = 0; t < table_count; t++)
        for (const Option *option = tables[t]; option->name; option++)
            if (text_is(name, option->name))
                return option;
    return NULL;
}

static bool is_boolean(Text text, bool *ret_truth)
{
    static const char *const yes[] = { "1", "t", "T", "true", "TRUE", "True" };
    static const char *const no[] = { "0", "f", "F", "false", "FALSE", "False" };

    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        if (text_is(text, yes[i]) || text_is(text, no[i])) {
            *ret_truth = text_is(text, yes[i]);
            return true;
        }
    return false;
}

static bool complain(Diags *diags, const char *what, Text about)
{
    diag_error(diags, RANGE_NONE, "Failed to parse command-line flags", "%s" TEXT_FMT, what,
               TEXT(about));
    return false;
}

/* -name, --name, -name=value; the value of a non-flag may be the next word. */
static bool parse_flag(Arena *arena, const Option *const *tables, size_t table_count,
                       const TextList *words, size_t *at, Options *options, Diags *diags)
{
    Text word = words->items[*at];
    Text name, value;
    bool has_value =
        text_cut(text_slice(word, text_starts_with(word, TEXT_LIT("--")) ? 2 : 1, word.length),
                 TEXT_LIT("="), &name, &value);
    const Option *option = find_option(tables, table_count, name);
    bool truth = true;

    if (text_is(name, "help") || text_is(name, "h")) {
        options->help = true;
        return true;
    }
    if (!option)
        return complain(diags, "flag provided but not defined: -", name);
    if (option->kind == OPTION_FLAG) {
        if (has_value && !is_boolean(value, &truth))
            return complain(
                diags, "invalid boolean value for -",
                text_format(arena, TEXT_FMT ": \"" TEXT_FMT "\"", TEXT(name), TEXT(value)));
        value = truth ? TEXT_LIT("true") : TEXT_LIT("false");
    } else if (!has_value) {
        if (++*at == words->count)
            return complain(diags, "flag needs an argument: -", name);
        value = words->items[*at];
    }
    list_add(arena, &options->given, (GivenOption){ option, value });
    return true;
}

/* How the complaint is to look counts wherever it is said, also behind what is complained about. */
static void find_manners(Arena *arena, const Option *const *tables, size_t table_count,
                         const TextList *words, Options *options)
{
    static const char *const manners[] = { "-no-color", "-compact-warnings" };

    for (size_t i = 0; i < words->count; i++)
        for (size_t k = 0; k < sizeof manners / sizeof *manners; k++) {
            const Option *option = find_option(tables, table_count, text_of(manners[k] + 1));

            if (option && text_is(words->items[i], manners[k]))
                list_add(arena, &options->given, (GivenOption){ option, TEXT_LIT("true") });
        }
}

bool options_parse(Arena *arena, const Option *const *tables, size_t table_count,
                   const TextList *words, size_t leading, Options *ret_options, Diags *diags)
{
    Options options = { 0 };
    bool flags_end = false;

    for (size_t i = 0; i < words->count; i++) {
        Text word = words->items[i];

        if (text_is(word, "--") && !flags_end) {
            flags_end = true;
        } else if (flags_end || word.length < 2 || word.bytes[0] != '-') {
            list_add(arena, &options.arguments, word);
            flags_end = options.arguments.count > leading;
        } else if (!parse_flag(arena, tables, table_count, words, &i, &options, diags)) {
            find_manners(arena, tables, table_count, words, &options);
            *ret_options = options;
            return false;
        }
    }
    *ret_options = options;
    return true;
}

static const GivenOption *find_given(const Options *options, const char *name)
{
    for (size_t i = options->given.count; i-- > 0;)
        if (text_is(text_of(options->given.items[i].option->name), name))
            return &options->given.items[i];
    return NULL;
}

bool options_flag(const Options *options, const char *name, bool otherwise)
{
    const GivenOption *given = find_given(options, name);

    return given ? text_is(given->value, "true") : otherwise;
}

Text options_text(const Options *options, const char *name)
{
    const GivenOption *given = find_given(options, name);

    return given ? given->value : TEXT_NONE;
}

bool options_has(const Options *options, const char *name)
{
    return find_given(options, name) != NULL;
}

TextList options_list(const Options *options, const char *name, Arena *arena)
{
    TextList list = { 0 };

    for (size_t i = 0; i < options->given.count; i++)
        if (text_is(text_of(options->given.items[i].option->name), name))
            list_add(arena, &list, options->given.items[i].value);
    return list;
}

void options_help(const Option *const *tables, size_t table_count, TextBuilder *builder)
{
    for (size_t t = 0; t < table_count; t++)
        for (const Option *option = tables[t]; option->name; option++) {
            size_t start = builder->length;

            text_add_format(builder, "  -%s%s%s", option->name, option->value ? "=" : "",
                            option->value ? option->value : "");
            if (builder->length - start < 26)
                text_add_repeated(builder, ' ', 26 - (builder->length - start));
            text_add_format(builder, "  %s\n", option->summary);
        }
}
