/*
 * client.c: whom calls go to and as whom. Keys are found (or fetched) at the first call, renewed
 * before they expire, and exchanged for those of roles, one AssumeRole after another, while the
 * calls wait.
 */
#include "credentials_parts.h"

#include <stdlib.h>

static void take_on_next_role(Client *client);

/* The certificate authorities that the environment or the profile has for AWS's services. */
static Text authorities_for_aws(Arena *arena, const CredentialSettings *settings)
{
    Text named = text_of(getenv("AWS_CA_BUNDLE"));

    return named.length ? named : profile_setting(arena, settings, "ca_bundle");
}

Client *client_make(Exchange *exchange, const ClientSettings *settings)
{
    Client *client = arena_new(&exchange->arena, Client);

    client->exchange = exchange;
    client->settings = *settings;
    if (!settings->foreign)
        endpoint_variants_find(&exchange->arena, &client->settings);
    if (!settings->foreign && !settings->http.ca_bundle.length)
        client->settings.http.ca_bundle =
            authorities_for_aws(&exchange->arena, &settings->credentials);
    client->next = exchange->clients;
    exchange->clients = client;
    return client;
}

Text client_url(Client *client, Text service)
{
    Text *url = table_find(&client->urls, service);

    if (!url) {
        url = arena_new(&client->exchange->arena, Text);
        *url = endpoint_configured_url(&client->exchange->arena, &client->settings, service);
        table_put(&client->exchange->arena, &client->urls,
                  text_copy(&client->exchange->arena, service), url);
    }
    return *url;
}

Text client_endpoint(Client *client, Text service, Arena *arena)
{
    AwsCall call = { .client = client, .service = service };
    Endpoint endpoint;
    Text why;

    if (!endpoint_find(arena, &client->settings, client_url(client, service), &call, &endpoint,
                       &why))
        return TEXT_NONE;
    return text_format(arena, TEXT_FMT "://" TEXT_FMT, TEXT(endpoint.scheme), TEXT(endpoint.host));
}

/* --- keys ----------------------------------------------------------------------------------- */

/* Renewal that failed is tried again so soon, while the old keys are good. */
static const Nanoseconds renewal_pause = SECONDS(15);

/* So long keys whose source does not answer are used beyond their end: an instance's are often
   good for longer than they say. */
static const Nanoseconds outage_pause = SECONDS(300);

bool client_has_keys(const Client *client)
{
    if (client->keys != KEYS_THERE)
        return false;
    return !client->renew_at || aws_now(client->exchange) < client->renew_at;
}

const Credentials *client_credentials(const Client *client)
{
    return client->credentials.access_key.length ? &client->credentials : NULL;
}

void client_drop_keys(Client *client, Text access_key)
{
    if (client->keys != KEYS_THERE || !text_equal(client->credentials.access_key, access_key))
        return;
    client->keys = KEYS_UNKNOWN;
    client->refused = true;
    if (client->fetched)
        fetched_keys_forget(client->fetched);
}

static void release_waiting(Client *client, Text summary, Text failure)
{
    Flight *flight = client->first_waiting, *next;

    client->first_waiting = client->last_waiting = NULL;
    for (; flight; flight = next) {
        next = flight->next_waiting;
        if (failure.length)
            flight_fail(flight, summary, failure);
        else
            flight_enqueue(flight);
    }
}

static void have_keys(Client *client, const Credentials *credentials)
{
    client->credentials = *credentials;
    client->renew_at = keys_renewal(credentials, aws_now(client->exchange));
    client->refused = false;
    client->keys = KEYS_THERE;
    release_waiting(client, TEXT_NONE, TEXT_NONE);
}

/* Renewal failed, but the old keys are still good, or may be. */
static bool keep_old_keys(Client *client)
{
    const Credentials *old = &client->credentials;
    Nanoseconds now = aws_now(client->exchange);
    bool is_good = old->expires > now;

    if (!old->access_key.length || client->refused || (!is_good && !client->survives_outage))
        return false;
    client->renew_at = !is_good                             ? now + outage_pause
                       : now + renewal_pause < old->expires ? now + renewal_pause
                                                            : old->expires;
    client->keys = KEYS_THERE;
    release_waiting(client, TEXT_NONE, TEXT_NONE);
    return true;
}

void client_have_nothing(Client *client, Text summary, Text why)
{
    if (keep_old_keys(client))
        return;
    client->keys = KEYS_UNKNOWN;
    release_waiting(client, summary, why);
}

/* --- roles ---------------------------------------------------------------------------------- */

static void on_role_taken(AwsCall *call)
{
    Client *client = call->user;
    Arena *arena = &client->exchange->arena;
    const AssumedRole *role = client->role;
    Text why, by = client->hop.source;

    if (!sts_assume_role_answer(arena, call, &client->hop, &why)) {
        client_have_nothing(client, TEXT_LIT("AWS role cannot be assumed"),
                            text_format(arena,
                                        "The role " TEXT_FMT " could not be assumed: " TEXT_FMT
                                        " (asked with the keys of " TEXT_FMT ")",
                                        TEXT(role->arn), TEXT(why), TEXT(by)));
        return;
    }
    client->hop.source = text_format(arena, TEXT_FMT ", role " TEXT_FMT, TEXT(by), TEXT(role->arn));
    client->role = role->next;
    if (client->role)
        take_on_next_role(client);
    else
        have_keys(client, &client->hop);
}

static void take_on_next_role(Client *client)
{
    Arena *arena = &client->exchange->arena;
    AwsCall *call = arena_new(arena, AwsCall);
    Credentials *keys = arena_new(arena, Credentials);
    Diags diags = diags_make(arena);

    *keys = client->hop;
    *call = (AwsCall){ .client = client, .arena = arena, .done = on_role_taken, .user = client };
    sts_assume_role_request(arena, client->role, call);
    if (!flight_begin(client->exchange, call, keys, &diags)) {
        call->answer = (Answer){ .failure = diags.list.items[0].detail };
        on_role_taken(call);
    }
}

void client_have_fetched(Client *client, const Credentials *keys)
{
    client->role = client->roles;
    client->hop = *keys;
    if (client->role)
        take_on_next_role(client);
    else
        have_keys(client, keys);
}

/* --- the beginning -------------------------------------------------------------------------- */

bool client_begin_keys(Client *client, Diags *diags)
{
    Arena *arena = &client->exchange->arena;
    KeySource source;

    if (client->keys == KEYS_COMING || client_has_keys(client))
        return true;
    if (!credentials_find(arena, &client->settings.credentials, &source, diags))
        return false;
    client->roles = assumed_roles_with(arena, source.roles, client->settings.roles);
    client->survives_outage = source.survives_outage && !client->roles;
    client->keys = KEYS_COMING;
    client->fetched = NULL;
    if (source.fetch)
        fetched_keys_ask(client, &source);
    else
        client_have_fetched(client, &source.keys);
    return true;
}

void client_await_keys(Client *client, Flight *flight)
{
    Diags diags = diags_make(&client->exchange->arena);

    flight->next_waiting = NULL;
    if (client->last_waiting)
        client->last_waiting->next_waiting = flight;
    else
        client->first_waiting = flight;
    client->last_waiting = flight;
    if (!client_begin_keys(client, &diags))
        client_have_nothing(client, diags.list.items[0].summary, diags.list.items[0].detail);
    else if (client_has_keys(client))
        release_waiting(client, TEXT_NONE, TEXT_NONE);
}
