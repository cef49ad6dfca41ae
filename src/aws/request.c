#include "pipectl/aws/request.h"

static bool is_unreserved(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

Text header_find(const HeaderList *headers, const char *name)
{
    for (size_t i = 0; i < headers->count; i++)
        if (text_equal_nocase(headers->items[i].name, text_of(name)))
            return headers->items[i].value;
    return TEXT_NONE;
}

Text uri_encode(Arena *arena, Text text, bool slashes)
{
    static const char digits[] = "0123456789ABCDEF";
    TextBuilder builder = text_builder(arena);

    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.bytes[i];

        if (is_unreserved((char)c) || (c == '/' && slashes)) {
            text_add_char(&builder, (char)c);
        } else {
            text_add_char(&builder, '%');
            text_add_char(&builder, digits[c >> 4]);
            text_add_char(&builder, digits[c & 15]);
        }
    }
    return text_built(&builder);
}

Text uri_decode(Arena *arena, Text text)
{
    TextBuilder builder = text_builder(arena);

    for (size_t i = 0; i < text.length; i++) {
        bool encoded = text.bytes[i] == '%' && i + 2 < text.length &&
                       hex_digit(text.bytes[i + 1]) >= 0 && hex_digit(text.bytes[i + 2]) >= 0;

        if (encoded) {
            text_add_char(&builder,
                          (char)(hex_digit(text.bytes[i + 1]) * 16 + hex_digit(text.bytes[i + 2])));
            i += 2;
        } else {
            text_add_char(&builder, text.bytes[i]);
        }
    }
    return text_built(&builder);
}

Text request_target(Arena *arena, const Request *request)
{
    TextBuilder builder = text_builder(arena);

    text_add(&builder, request->path.length ? request->path : TEXT_LIT("/"));
    for (size_t i = 0; i < request->query.count; i++) {
        const QueryPair *pair = &request->query.items[i];

        text_add_char(&builder, i ? '&' : '?');
        text_add(&builder, uri_encode(arena, pair->name, false));
        if (!pair->bare) {
            text_add_char(&builder, '=');
            text_add(&builder, uri_encode(arena, pair->value, false));
        }
    }
    return text_built(&builder);
}

static void add_query(Arena *arena, Request *request, Text query)
{
    Text one, name, value;

    while (query.length) {
        text_cut(query, TEXT_LIT("&"), &one, &query);
        bool bare = !text_cut(one, TEXT_LIT("="), &name, &value);

        list_add(arena, &request->query,
                 (QueryPair){ uri_decode(arena, name), uri_decode(arena, value), bare });
    }
}

bool request_set_url(Arena *arena, Request *request, Text url)
{
    Text rest, query, path;

    if (!text_cut(url, TEXT_LIT("://"), &request->scheme, &rest) ||
        (!text_is(request->scheme, "http") && !text_is(request->scheme, "https")))
        return false;
    text_cut(rest, TEXT_LIT("?"), &rest, &query);
    if (text_find(rest, TEXT_LIT("@")) != TEXT_NOT_FOUND ||
        text_find(rest, TEXT_LIT("#")) != TEXT_NOT_FOUND)
        return false;
    text_cut(rest, TEXT_LIT("/"), &request->host, &path);
    request->path = text_slice(rest, request->host.length, rest.length);
    add_query(arena, request, query);
    return request->host.length > 0;
}
