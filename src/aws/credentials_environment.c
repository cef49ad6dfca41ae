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
    *ret_credentials = (Credentials){ .access_key = access_key,
                                      .secret_key = secret_key,
                                      .session_token = text_of(getenv("AWS_SESSION_TOKEN")),
                                      .source = TEXT_LIT("environment variables") };
    return true;
}

static Text why_not(const Search *search)
{
    bool has_id = either("AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY").length > 0,
         has_secret = either("AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY").length > 0;

    if (search->settings->profile.length)
        return TEXT_LIT("not asked, since the provider block names a profile");
    return has_id       ? TEXT_LIT("AWS_ACCESS_KEY_ID is set, AWS_SECRET_ACCESS_KEY is not")
           : has_secret ? TEXT_LIT("AWS_SECRET_ACCESS_KEY is set, AWS_ACCESS_KEY_ID is not")
                        : TEXT_LIT("AWS_ACCESS_KEY_ID is not set");
}

bool credentials_from_environment(Search *search, KeySource *ret_source)
{
    Credentials keys;

    if (search->settings->profile.length || !environment_keys(&keys)) {
        search_note(search, TEXT_LIT("environment variables"), why_not(search));
        return false;
    }
    *ret_source = (KeySource){ .name = keys.source, .keys = keys };
    return true;
}
