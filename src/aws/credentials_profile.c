/*
 * credentials_profile.c: keys of a profile: its own, or those of another that it names, with its
 * role on top.
 *
 * What is not supported yet (SSO, credential_process, web identity, instances) is refused by name,
 * since passing it over would sign with somebody else's keys.
 */
#include "credentials_parts.h"
#include "profile.h"

enum { CHAIN_MAX = 20 };

typedef struct Resolving {
    Arena *arena;
    const ProfileFiles *files;
    Text chain[CHAIN_MAX]; /* profiles that are being resolved, to find circles */
    size_t depth;
    Diags *diags;
} Resolving;

static const char *const unsupported_keys[] = {
    "credential_process", "sso_session", "sso_start_url", "web_identity_token_file",
};

static bool resolve(Resolving *resolving, Text name, Credentials *ret_credentials);

static Text setting(const Resolving *resolving, Text name, const char *key)
{
    return profile_files_find(resolving->files, "profile", name, TEXT_NONE, key);
}

static bool own_keys(Resolving *resolving, Text name, Credentials *ret_credentials)
{
    Text access_key = setting(resolving, name, "aws_access_key_id");
    Text secret_key = setting(resolving, name, "aws_secret_access_key");

    if (!access_key.length && !secret_key.length)
        return false;
    if (!access_key.length || !secret_key.length) {
        diag_error(resolving->diags, RANGE_NONE, "Incomplete AWS profile",
                   "The AWS profile \"" TEXT_FMT "\" has %s without %s.", TEXT(name),
                   access_key.length ? "aws_access_key_id" : "aws_secret_access_key",
                   access_key.length ? "aws_secret_access_key" : "aws_access_key_id");
        return false;
    }
    *ret_credentials =
        (Credentials){ .access_key = access_key,
                       .secret_key = secret_key,
                       .session_token = setting(resolving, name, "aws_session_token"),
                       .source = text_format(resolving->arena, "profile " TEXT_FMT, TEXT(name)) };
    return true;
}

static bool is_in_chain(const Resolving *resolving, Text name)
{
    for (size_t i = 0; i < resolving->depth; i++)
        if (text_equal(resolving->chain[i], name))
            return true;
    return false;
}

/* Keys of the profile that this one names; one that names itself means its own keys. */
static bool keys_of_source(Resolving *resolving, Text name, Text source,
                           Credentials *ret_credentials)
{
    if (text_equal(source, name))
        return own_keys(resolving, name, ret_credentials);
    if (is_in_chain(resolving, source) || resolving->depth == CHAIN_MAX) {
        diag_error(resolving->diags, RANGE_NONE, "Circular AWS profiles",
                   "The AWS profile \"" TEXT_FMT "\" takes its keys from \"" TEXT_FMT
                   "\", which takes them from it.",
                   TEXT(name), TEXT(source));
        return false;
    }
    return resolve(resolving, source, ret_credentials);
}

/* Of `credential_source`: only the environment so far. */
static bool keys_of_kind(Resolving *resolving, Text name, Text kind, Credentials *ret_credentials)
{
    if (text_is(kind, "Environment") && environment_keys(ret_credentials))
        return true;
    diag_error(resolving->diags, RANGE_NONE, "Unsupported AWS profile",
               text_is(kind, "Environment")
                   ? "The AWS profile \"" TEXT_FMT
                     "\" takes its keys from the environment (credential_source = " TEXT_FMT
                     "), which has none."
                   : "The AWS profile \"" TEXT_FMT "\" has credential_source = " TEXT_FMT
                     ", which is not supported yet.",
               TEXT(name), TEXT(kind));
    return false;
}

static bool refuse_unsupported(Resolving *resolving, Text name)
{
    for (size_t i = 0; i < sizeof unsupported_keys / sizeof *unsupported_keys; i++) {
        if (!setting(resolving, name, unsupported_keys[i]).length)
            continue;
        diag_error(resolving->diags, RANGE_NONE, "Unsupported AWS profile",
                   "The AWS profile \"" TEXT_FMT
                   "\" has %s, which is not supported yet. Give its keys in the environment "
                   "(AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN); \"aws configure "
                   "export-credentials\" prints them.",
                   TEXT(name), unsupported_keys[i]);
        return true;
    }
    return false;
}

static bool keys_below_role(Resolving *resolving, Text name, Credentials *ret_credentials)
{
    Text source = setting(resolving, name, "source_profile"),
         kind = setting(resolving, name, "credential_source");

    if (source.length)
        return keys_of_source(resolving, name, source, ret_credentials);
    if (own_keys(resolving, name, ret_credentials))
        return true;
    if (diags_have_errors(resolving->diags) ||
        (kind.length && keys_of_kind(resolving, name, kind, ret_credentials)))
        return !diags_have_errors(resolving->diags);
    refuse_unsupported(resolving, name);
    return false;
}

static bool add_role(Resolving *resolving, Text name, Credentials *credentials)
{
    AssumedRole role = { .arn = setting(resolving, name, "role_arn"),
                         .session_name = setting(resolving, name, "role_session_name"),
                         .external_id = setting(resolving, name, "external_id") };

    if (!role.arn.length)
        return true;
    if (setting(resolving, name, "mfa_serial").length) {
        diag_error(resolving->diags, RANGE_NONE, "Unsupported AWS profile",
                   "The AWS profile \"" TEXT_FMT
                   "\" has mfa_serial: its role needs a code that cannot be asked for here.",
                   TEXT(name));
        return false;
    }
    text_to_int(setting(resolving, name, "duration_seconds"), &role.seconds);
    credentials->roles = assumed_roles_with(resolving->arena, credentials->roles, &role);
    return true;
}

static bool resolve(Resolving *resolving, Text name, Credentials *ret_credentials)
{
    bool found;

    if (!profile_files_have(resolving->files, "profile", name)) {
        diag_error(resolving->diags, RANGE_NONE, "No such AWS profile",
                   "There is no AWS profile \"" TEXT_FMT
                   "\" in the shared config and credentials files.",
                   TEXT(name));
        return false;
    }
    resolving->chain[resolving->depth++] = name;
    found = keys_below_role(resolving, name, ret_credentials) &&
            add_role(resolving, name, ret_credentials);
    resolving->depth--;
    return found;
}

bool credentials_from_profile(Arena *arena, const CredentialSettings *settings,
                              Credentials *ret_credentials, Diags *diags)
{
    ProfileFiles files = profile_files_read(arena, settings);
    Diags own = diags_make(arena); /* what others have reported is not ours */
    Resolving resolving = { .arena = arena, .files = &files, .diags = &own };
    bool is_named, found;
    Text name = profile_name(settings, &is_named);

    if (!is_named && !profile_files_have(&files, "profile", name))
        return false;
    found = resolve(&resolving, name, ret_credentials);
    if (!found && is_named && !diags_have_errors(&own))
        diag_error(&own, RANGE_NONE, "AWS profile without credentials",
                   "The AWS profile \"" TEXT_FMT "\" has neither keys nor a source of keys.",
                   TEXT(name));
    diags_append(diags, &own, TEXT_NONE);
    return found;
}
