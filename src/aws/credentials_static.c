#include "credentials_parts.h"

bool credentials_from_static(Arena *arena, const CredentialSettings *settings,
                             Credentials *ret_credentials, Diags *diags)
{
    (void)arena;
    if (!settings->access_key.length && !settings->secret_key.length)
        return false;
    if (!settings->access_key.length || !settings->secret_key.length) {
        diag_error(diags, RANGE_NONE, "Incomplete AWS credentials",
                   "The provider block has %s without %s. Both are needed, or neither.",
                   settings->access_key.length ? "access_key" : "secret_key",
                   settings->access_key.length ? "secret_key" : "access_key");
        return false;
    }
    *ret_credentials = (Credentials){ .access_key = settings->access_key,
                                      .secret_key = settings->secret_key,
                                      .session_token = settings->token,
                                      .source = TEXT_LIT("the provider block") };
    return true;
}
