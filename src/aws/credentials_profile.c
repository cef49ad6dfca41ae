/*
 * credentials_profile.c: keys of a profile: its own, or those of another source that it names, with
 * its role on top.
 *
 * Asked in this order: another profile, its own keys, a source of credential_source, a web
 * identity, a sign-in, a program; where it names none of them, container and instance.
 */
#include "credentials_parts.h"
#include "profile.h"

enum { CHAIN_MAX = 20 };

typedef struct Resolving {
    Search *search;
    Arena *arena;
    const ProfileFiles *files;
    Text chain[CHAIN_MAX]; /* profiles that are being resolved, to find circles */
    size_t depth;
    Diags *diags;
} Resolving;

static bool resolve(Resolving *resolving, Text name, KeySource *ret_source);

static Text setting(const Resolving *resolving, Text name, const char *key)
{
    return profile_files_find(resolving->files, "profile", name, TEXT_NONE, key);
}

static Text source_name(const Resolving *resolving, Text name, const char *what)
{
    return text_format(resolving->arena, "profile " TEXT_FMT "%s", TEXT(name), what);
}

/* --- its own keys ----------------------------------------------------------------------------- */

static bool own_keys(Resolving *resolving, Text name, KeySource *ret_source)
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
    *ret_source = (KeySource){ .name = source_name(resolving, name, "") };
    ret_source->keys =
        (Credentials){ .access_key = access_key,
                       .secret_key = secret_key,
                       .session_token = setting(resolving, name, "aws_session_token"),
                       .source = ret_source->name };
    return true;
}

/* --- another profile's ------------------------------------------------------------------------ */

static bool is_in_chain(const Resolving *resolving, Text name)
{
    for (size_t i = 0; i < resolving->depth; i++)
        if (text_equal(resolving->chain[i], name))
            return true;
    return false;
}

/* Keys of the profile that this one names; one that names itself means its own keys. */
static bool keys_of_source(Resolving *resolving, Text name, Text source, KeySource *ret_source)
{
    if (text_equal(source, name))
        return own_keys(resolving, name, ret_source);
    if (is_in_chain(resolving, source) || resolving->depth == CHAIN_MAX) {
        diag_error(resolving->diags, RANGE_NONE, "Circular AWS profiles",
                   "The AWS profile \"" TEXT_FMT "\" takes its keys from \"" TEXT_FMT
                   "\", which takes them from it.",
                   TEXT(name), TEXT(source));
        return false;
    }
    return resolve(resolving, source, ret_source);
}

/* --- other sources that it names -------------------------------------------------------------- */

static bool environment_source(Search *search, KeySource *ret_source)
{
    (void)search;
    if (!environment_keys(&ret_source->keys))
        return false;
    ret_source->name = ret_source->keys.source;
    return true;
}

/* Of `credential_source`. */
static bool keys_of_kind(Resolving *resolving, Text name, Text kind, KeySource *ret_source)
{
    CredentialsSource *source = text_is(kind, "Environment")           ? environment_source
                                : text_is(kind, "Ec2InstanceMetadata") ? credentials_from_instance
                                : text_is(kind, "EcsContainer")        ? credentials_from_container
                                                                       : NULL;

    if (source && source(resolving->search, ret_source)) {
        ret_source->is_last_resort = false;
        return true;
    }
    if (source && !diags_have_errors(resolving->diags))
        diag_error(resolving->diags, RANGE_NONE, "AWS profile without credentials",
                   "The AWS profile \"" TEXT_FMT
                   "\" takes its keys from %s (credential_source = " TEXT_FMT "), which %s.",
                   TEXT(name),
                   source == environment_source          ? "the environment"
                   : source == credentials_from_instance ? "the instance's metadata"
                                                         : "the container",
                   TEXT(kind),
                   source == environment_source ? "has none"
                   : source == credentials_from_instance
                       ? "are turned off by AWS_EC2_METADATA_DISABLED or skip_metadata_api_check"
                       : "says nothing: neither AWS_CONTAINER_CREDENTIALS_FULL_URI nor "
                         "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is set");
    if (!source)
        diag_error(resolving->diags, RANGE_NONE, "Invalid AWS profile",
                   "The AWS profile \"" TEXT_FMT "\" has credential_source = " TEXT_FMT
                   ": it can be Environment, Ec2InstanceMetadata or EcsContainer.",
                   TEXT(name), TEXT(kind));
    return false;
}

static bool keys_of_web_identity(Resolving *resolving, Text name, Text token_file,
                                 KeySource *ret_source)
{
    WebIdentity identity = {
        .role = { .arn = setting(resolving, name, "role_arn"),
                  .session_name = setting(resolving, name, "role_session_name") },
        .token_file = token_file,
    };

    if (!identity.role.arn.length) {
        diag_error(resolving->diags, RANGE_NONE, "Incomplete AWS profile",
                   "The AWS profile \"" TEXT_FMT
                   "\" has web_identity_token_file without role_arn: which role is the token for?",
                   TEXT(name));
        return false;
    }
    text_to_int(setting(resolving, name, "duration_seconds"), &identity.role.seconds);
    *ret_source =
        web_identity_source(&identity, source_name(resolving, name, " (web_identity_token_file)"));
    return true;
}

/* Start URL and region are the session's, where there is one; account and role the profile's. */
static SsoLogin sso_login(const Resolving *resolving, Text name)
{
    SsoLogin login = { .session = setting(resolving, name, "sso_session"),
                       .account = setting(resolving, name, "sso_account_id"),
                       .role = setting(resolving, name, "sso_role_name") };
    const char *kind = login.session.length ? "sso-session" : "profile";
    Text section = login.session.length ? login.session : name;

    login.start_url =
        profile_files_find(resolving->files, kind, section, TEXT_NONE, "sso_start_url");
    login.region = profile_files_find(resolving->files, kind, section, TEXT_NONE, "sso_region");
    return login;
}

static bool keys_of_sso(Resolving *resolving, Text name, KeySource *ret_source)
{
    SsoLogin login = sso_login(resolving, name);
    const char *missing = !login.start_url.length ? "sso_start_url"
                          : !login.region.length  ? "sso_region"
                          : !login.account.length ? "sso_account_id"
                          : !login.role.length    ? "sso_role_name"
                                                  : NULL;

    if (missing) {
        diag_error(resolving->diags, RANGE_NONE, "Incomplete AWS profile",
                   "The AWS profile \"" TEXT_FMT "\" has %s without %s%s" TEXT_FMT ".", TEXT(name),
                   login.session.length ? "sso_session" : "sso_start_url", missing,
                   login.session.length ? ", in itself or in the section sso-session " : "",
                   TEXT(login.session));
        return false;
    }
    *ret_source = sso_source(&login, source_name(resolving, name, " (AWS SSO)"));
    return true;
}

/* What the profile itself names, below its role. False without errors: nothing. [ret_uses_role]:
   role_arn is part of it and comes not on top. */
static bool keys_it_names(Resolving *resolving, Text name, KeySource *ret_source,
                          bool *ret_uses_role)
{
    Text source = setting(resolving, name, "source_profile"),
         kind = setting(resolving, name, "credential_source"),
         token_file = setting(resolving, name, "web_identity_token_file"),
         command = setting(resolving, name, "credential_process");

    *ret_uses_role = false;
    if (source.length)
        return keys_of_source(resolving, name, source, ret_source);
    if (own_keys(resolving, name, ret_source))
        return true;
    if (diags_have_errors(resolving->diags))
        return false;
    if (kind.length)
        return keys_of_kind(resolving, name, kind, ret_source);
    if (token_file.length) {
        *ret_uses_role = true;
        return keys_of_web_identity(resolving, name, token_file, ret_source);
    }
    if (setting(resolving, name, "sso_session").length ||
        setting(resolving, name, "sso_start_url").length)
        return keys_of_sso(resolving, name, ret_source);
    if (!command.length)
        return false;
    *ret_source = process_source(command, source_name(resolving, name, " (credential_process)"));
    return true;
}

/* --- its role --------------------------------------------------------------------------------- */

static bool add_role(Resolving *resolving, Text name, KeySource *source)
{
    AssumedRole *role = arena_new(resolving->arena, AssumedRole);

    *role = (AssumedRole){ .arn = setting(resolving, name, "role_arn"),
                           .session_name = setting(resolving, name, "role_session_name"),
                           .external_id = setting(resolving, name, "external_id") };
    if (!role->arn.length)
        return true;
    if (setting(resolving, name, "mfa_serial").length) {
        diag_error(resolving->diags, RANGE_NONE, "Unsupported AWS profile",
                   "The AWS profile \"" TEXT_FMT
                   "\" has mfa_serial: its role needs a code that cannot be asked for here.",
                   TEXT(name));
        return false;
    }
    text_to_int(setting(resolving, name, "duration_seconds"), &role->seconds);
    source->roles = assumed_roles_with(resolving->arena, source->roles, role);
    return true;
}

/* --- the whole -------------------------------------------------------------------------------- */

/* A profile by itself that names nothing leaves it to where we run; below a role of another it is a
   mistake. */
static bool keys_of_surroundings(Resolving *resolving, Text name, KeySource *ret_source)
{
    if (resolving->depth > 1) {
        diag_error(resolving->diags, RANGE_NONE, "AWS profile without credentials",
                   "The AWS profile \"" TEXT_FMT "\" has neither keys nor a source of keys.",
                   TEXT(name));
        return false;
    }
    search_note(resolving->search, source_name(resolving, name, ""),
                TEXT_LIT("it has neither keys nor a source of keys"));
    if (credentials_from_container(resolving->search, ret_source))
        return true;
    return !diags_have_errors(resolving->diags) &&
           credentials_from_instance(resolving->search, ret_source);
}

static bool resolve(Resolving *resolving, Text name, KeySource *ret_source)
{
    bool found, uses_role;

    if (!profile_files_have(resolving->files, "profile", name)) {
        diag_error(resolving->diags, RANGE_NONE, "No such AWS profile",
                   "There is no AWS profile \"" TEXT_FMT
                   "\" in the shared config and credentials files.",
                   TEXT(name));
        return false;
    }
    resolving->chain[resolving->depth++] = name;
    found = keys_it_names(resolving, name, ret_source, &uses_role);
    if (!found && !diags_have_errors(resolving->diags))
        found = keys_of_surroundings(resolving, name, ret_source);
    if (found && !uses_role)
        found = add_role(resolving, name, ret_source);
    resolving->depth--;
    return found;
}

bool credentials_from_profile(Search *search, KeySource *ret_source)
{
    ProfileFiles files = profile_files_read(search->arena, search->settings);
    Resolving resolving = {
        .search = search, .arena = search->arena, .files = &files, .diags = search->diags
    };
    bool is_named;
    Text name = profile_name(search->settings, &is_named);

    if (is_named || profile_files_have(&files, "profile", name))
        return resolve(&resolving, name, ret_source);
    search_note(search, source_name(&resolving, name, ""),
                TEXT_LIT("there is none in the shared files (~/.aws/credentials, ~/.aws/config)"));
    if (credentials_from_container(search, ret_source))
        return true;
    return !diags_have_errors(search->diags) && credentials_from_instance(search, ret_source);
}
