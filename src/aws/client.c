/*
 * client.c: whom calls go to and as whom. Keys are found at the first call, renewed before they
 * expire, and exchanged for those of roles, one AssumeRole after another, while the calls wait.
 */
#include "credentials_parts.h"
#include "flight.h"

/* Keys are renewed this long before they expire, or in the last quarter of a short life. */
static const Nanoseconds renewal_window = SECONDS(300);

static void take_on_next_role(Client *client);

Client *client_make(Exchange *exchange, const ClientSettings *settings)
{
    Client *client = arena_new(&exchange->arena, Client);

    client->exchange = exchange;
    client->settings = *settings;
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

/* --- keys ----------------------------------------------------------------------------------- */

static Nanoseconds time_of_renewal(const Client *client)
{
    Nanoseconds quarter = (client->credentials.expires - client->credentials_made) / 4;

    return client->credentials.expires - (quarter < renewal_window ? quarter : renewal_window);
}

/* By AWS's clock, which is the one that the keys expire by. */
static Nanoseconds aws_now(const Client *client)
{
    return clock_now() + client->exchange->skew;
}

bool client_has_keys(const Client *client)
{
    if (client->keys != KEYS_THERE)
        return false;
    return !client->credentials.expires || aws_now(client) < time_of_renewal(client);
}

void client_drop_keys(Client *client)
{
    if (client->keys == KEYS_THERE)
        client->keys = KEYS_UNKNOWN;
}

static void release_waiting(Client *client, Text failure)
{
    Flight *flight = client->first_waiting, *next;

    client->first_waiting = client->last_waiting = NULL;
    for (; flight; flight = next) {
        next = flight->next_waiting;
        if (failure.length)
            flight_fail(flight, failure);
        else
            flight_enqueue(flight);
    }
}

static void have_keys(Client *client, const Credentials *credentials)
{
    client->credentials = *credentials;
    client->credentials_made = aws_now(client);
    client->keys = KEYS_THERE;
}

static void on_role_taken(AwsCall *call)
{
    Client *client = call->user;
    Arena *arena = &client->exchange->arena;
    const AssumedRole *role = client->role;
    Text why;

    if (!sts_assume_role_answer(arena, &call->answer, &client->hop, &why)) {
        client->keys = KEYS_UNKNOWN;
        release_waiting(client,
                        text_format(arena, "The role " TEXT_FMT " could not be assumed: " TEXT_FMT,
                                    TEXT(role->arn), TEXT(why)));
        return;
    }
    client->role = role->next;
    if (client->role) {
        take_on_next_role(client);
        return;
    }
    have_keys(client, &client->hop);
    release_waiting(client, TEXT_NONE);
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

/* The profile's roles, then the one of the provider block. */
static const AssumedRole *roles_of(Client *client, const Credentials *found)
{
    const ClientSettings *settings = &client->settings;
    AssumedRole own = { .arn = settings->assume_role_arn,
                        .session_name = settings->assume_role_session_name,
                        .external_id = settings->assume_role_external_id,
                        .seconds = settings->assume_role_seconds };

    return own.arn.length ? assumed_roles_with(&client->exchange->arena, found->roles, &own)
                          : found->roles;
}

bool client_begin_keys(Client *client, Diags *diags)
{
    Credentials found;
    size_t errors = diags->error_count;

    if (client->keys == KEYS_COMING || client_has_keys(client))
        return true;
    if (!credentials_find(&client->exchange->arena, &client->settings.credentials, &found, diags)) {
        if (diags->error_count == errors)
            diag_error(diags, RANGE_NONE, "No AWS credentials",
                       "No credentials for AWS were found: neither in the provider block, nor in "
                       "the environment "
                       "(AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY), nor in a profile of the "
                       "shared files "
                       "(~/.aws/credentials and ~/.aws/config; AWS_PROFILE names the profile).");
        return false;
    }
    client->role = roles_of(client, &found);
    if (!client->role) {
        have_keys(client, &found);
        return true;
    }
    client->keys = KEYS_COMING;
    client->hop = found;
    take_on_next_role(client);
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
    if (client->keys == KEYS_COMING)
        return;
    if (!client_begin_keys(client, &diags))
        release_waiting(client, diags.list.items[0].detail);
    else if (client->keys == KEYS_THERE)
        release_waiting(client, TEXT_NONE);
}
