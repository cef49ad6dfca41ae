#include "credentials_parts.h"

#include <stdlib.h>

/* The second name is of old, and the SDKs still read it. */
static Text either(const char *name, const char *old_name)
{
    Text value = text_of(getenv(name));

    return value.length ? value : text_of(getenv(old_name));
}

bool environment_keys(Credentials *ret_credentials)
{
    Text access_key = either("AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY");
    Text secret_key = either("AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY");

    if (!access_key.length || !secret_key.length)
        return false;
    *ret_credentials = (Credentials){ .access_key = access_key, .secret_key = secret_key,
                                      .session_token = text_of(getenv("AWS_SESSION_TOKEN")),
                                      .source = TEXT_LIT("environment variables") };
    return true;
}

bool credentials_from_environment(Arena *arena, const CredentialSettings *settings,
                                  Credentials *ret_credentials, Diags *diags)
{
    (void)arena, (void)diags;
    return !settings->profile.length && environment_keys(ret_credentials);
}
