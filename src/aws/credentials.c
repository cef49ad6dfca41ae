/* credentials.c: the chain. A profile that the code names comes before the environment: see
   credentials_environment.c. */
#include "credentials_parts.h"

static CredentialsSource *const sources[] = {
    credentials_from_static,
    credentials_from_environment,
    credentials_from_profile,
};

bool credentials_find(Arena *arena, const CredentialSettings *settings,
                      Credentials *ret_credentials, Diags *diags)
{
    size_t errors = diags->error_count;

    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        Credentials found = { 0 };

        if (sources[i](arena, settings, &found, diags)) {
            *ret_credentials = found;
            return true;
        }
        if (diags->error_count > errors)
            return false;
    }
    return false;
}

const AssumedRole *assumed_roles_with(Arena *arena, const AssumedRole *roles,
                                      const AssumedRole *role)
{
    AssumedRole *copy = arena_new(arena, AssumedRole);

    *copy = roles ? *roles : *role;
    copy->next = roles ? assumed_roles_with(arena, roles->next, role) : NULL;
    return copy;
}
