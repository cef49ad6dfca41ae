/* credentials.c: the chain. What the code names comes before the environment: see
   credentials_environment.c. The profile's file goes on to containers and instances. */
#include "credentials_parts.h"

static CredentialsSource *const sources[] = {
    credentials_from_block_web_identity, credentials_from_static,  credentials_from_environment,
    credentials_from_web_identity,       credentials_from_profile,
};

void search_note(Search *search, Text source, Text why)
{
    text_add_format(&search->tried, "\n  - " TEXT_FMT ": " TEXT_FMT, TEXT(source), TEXT(why));
}

Text credentials_none_text(Arena *arena, Text tried)
{
    return text_format(
        arena,
        "No credentials for AWS were found. These places were asked, in this order:" TEXT_FMT
        "\n\nOn your own machine, \"aws configure\" or \"aws sso login\" "
        "makes a profile, and AWS_PROFILE names the one to use; a CI job gives a "
        "role (AWS_ROLE_ARN, AWS_WEB_IDENTITY_TOKEN_FILE) or keys "
        "(AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY).",
        TEXT(tried));
}

bool credentials_find(Arena *arena, const CredentialSettings *settings, KeySource *ret_source,
                      Diags *diags)
{
    Diags own = diags_make(arena); /* what others have reported is not ours */
    Search search = { arena, settings, text_builder(arena), &own };
    size_t count = sizeof sources / sizeof *sources;
    KeySource found = { 0 };
    bool is_found = false;

    for (size_t i = 0; i < count && !is_found && !diags_have_errors(&own); i++)
        is_found = sources[i](&search, &found);
    if (!is_found && !diags_have_errors(&own))
        diag_error(&own, RANGE_NONE, "No AWS credentials", TEXT_FMT,
                   TEXT(credentials_none_text(arena, text_built(&search.tried))));
    diags_append(diags, &own, TEXT_NONE);
    if (!is_found || diags_have_errors(&own))
        return false;
    found.tried = text_copy(arena, text_built(&search.tried));
    *ret_source = found;
    return true;
}

const AssumedRole *assumed_roles_with(Arena *arena, const AssumedRole *roles,
                                      const AssumedRole *more)
{
    AssumedRole *copy;

    if (!roles)
        return more;
    copy = arena_new(arena, AssumedRole);
    *copy = *roles;
    copy->next = assumed_roles_with(arena, roles->next, more);
    return copy;
}
