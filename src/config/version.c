#include "pipectl/config/version.h"

enum { PARTS = 3 };

typedef struct Version {
    int64_t parts[PARTS];
    size_t count; /* how many were written */
    Text prerelease;
} Version;

typedef struct Constraint {
    Text relation;
    Version version;
} Constraint;

static const char *const operators[] = {
    ">=", "<=", "!=", "~>", ">", "<", "="
}; /* longer ones first */

/* version = ["v"] number ("." number){0,2} ["-" prerelease] ["+" metadata] */
static bool parse_version(Text text, Version *ret_version)
{
    Version version = { .count = 0 };
    Text numbers, metadata, rest;

    text_cut(text, TEXT_LIT("+"), &text, &metadata);
    text_cut(text, TEXT_LIT("-"), &numbers, &version.prerelease);
    if (text_starts_with(numbers, TEXT_LIT("v")))
        numbers = text_slice(numbers, 1, numbers.length);
    for (bool more = true; more; numbers = rest) {
        Text number;

        more = text_cut(numbers, TEXT_LIT("."), &number, &rest);
        if (version.count == PARTS || !text_to_int(number, &version.parts[version.count]) ||
            number.bytes[0] < '0')
            return false;
        version.count++;
    }
    *ret_version = version;
    return true;
}

static bool parse_constraint(Text text, Constraint *ret_constraint)
{
    text = text_trim(text);
    ret_constraint->relation = TEXT_LIT("=");
    for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++) {
        Text known = text_of(operators[i]);

        if (!text_starts_with(text, known))
            continue;
        ret_constraint->relation = known;
        text = text_trim(text_slice(text, known.length, text.length));
        break;
    }
    return parse_version(text, &ret_constraint->version);
}

bool version_constraint_is_valid(Text constraint)
{
    bool more = true;

    while (more) {
        Text one;
        Constraint parsed;

        more = text_cut(constraint, TEXT_LIT(","), &one, &constraint);
        if (!parse_constraint(one, &parsed))
            return false;
    }
    return true;
}

static int compare(const Version *a, const Version *b)
{
    for (size_t i = 0; i < PARTS; i++)
        if (a->parts[i] != b->parts[i])
            return a->parts[i] < b->parts[i] ? -1 : 1;
    if (!a->prerelease.length || !b->prerelease.length) /* a release is newer than what led to it */
        return (a->prerelease.length == 0) - (b->prerelease.length == 0);
    return text_compare(a->prerelease, b->prerelease);
}

/* ~> 1.2.3: at least that, and all but the last part written are the same. */
static bool is_near(const Version *version, const Version *wanted)
{
    for (size_t i = 0; i + 1 < wanted->count; i++)
        if (version->parts[i] != wanted->parts[i])
            return false;
    return compare(version, wanted) >= 0;
}

static bool satisfies(const Version *version, const Constraint *constraint)
{
    int order = compare(version, &constraint->version);
    Text relation = constraint->relation;

    if (text_is(relation, "~>"))
        return is_near(version, &constraint->version);
    if (text_is(relation, ">="))
        return order >= 0;
    if (text_is(relation, "<="))
        return order <= 0;
    if (text_is(relation, ">"))
        return order > 0;
    if (text_is(relation, "<"))
        return order < 0;
    return text_is(relation, "!=") ? order != 0 : order == 0;
}

bool version_satisfies(Text version, Text constraint)
{
    Version parsed;
    bool more = constraint.length > 0;

    if (!parse_version(version, &parsed))
        return false;
    while (more) {
        Text one;
        Constraint wanted;

        more = text_cut(constraint, TEXT_LIT(","), &one, &constraint);
        if (!parse_constraint(one, &wanted) || !satisfies(&parsed, &wanted))
            return false;
    }
    return true;
}

Text version_constraint_text(Arena *arena, Text constraint)
{
    TextBuilder builder = text_builder(arena);
    bool more = constraint.length > 0;

    while (more) {
        Text one;
        Constraint parsed;
        size_t shown;

        more = text_cut(constraint, TEXT_LIT(","), &one, &constraint);
        if (!parse_constraint(one, &parsed))
            continue;
        if (builder.length)
            text_add(&builder, TEXT_LIT(", "));
        if (!text_is(parsed.relation, "="))
            text_add_format(&builder, TEXT_FMT " ", TEXT(parsed.relation));
        shown = text_is(parsed.relation, "~>") ? parsed.version.count : PARTS;
        for (size_t i = 0; i < shown; i++)
            text_add_format(&builder, "%s%lld", i ? "." : "", (long long)parsed.version.parts[i]);
        if (parsed.version.prerelease.length)
            text_add_format(&builder, "-" TEXT_FMT, TEXT(parsed.version.prerelease));
    }
    return text_built(&builder);
}
