/*
 * services/NAME.yaml: how a service speaks.
 */
#include "type_reader.h"

#include "pipectl/provider/embedded.h"

Arena types_arena;

/* --- reading ---------------------------------------------------------------------------------- */

/* "METHOD /path?query" */
static void read_call_line(TypeReader *reader, const Node *node, RestCall *call)
{
    Text target;

    if (node->kind != NODE_STRING || !text_cut(node->text, TEXT_LIT(" "), &call->method, &target)) {
        reader_report(reader, node->range, "A call is METHOD /path.");
        return;
    }
    text_cut(target, TEXT_LIT("?"), &call->path, &call->query);
}

static void read_calls(TypeReader *reader, const Node *node, ServiceType *service)
{
    static const char *const words[] = { "is", "body", "answer", NULL };

    for (size_t i = 0; node && i < node->count; i++) {
        RestCall *call = arena_new(reader->arena, RestCall);
        const Node *line = node->items[i];

        if (line->kind == NODE_MAPPING) {
            reader_words(reader, line, words);
            call->body = reader_text(reader, line, "body");
            call->answer = reader_text(reader, line, "answer");
            line = node_member(line, "is");
        }
        if (line)
            read_call_line(reader, line, call);
        table_put(reader->arena, &service->calls, node->keys[i]->text, call);
    }
}

/* A plain name is that member of the answer. */
static const Expr *read_next(TypeReader *reader, const Node *node)
{
    if (node_is_expression(node))
        return node_expr(reader->arena, node, reader->diags);
    return reader_constant(
        reader, text_cstring(reader->arena, text_format(reader->arena, "${answer." TEXT_FMT "}",
                                                        TEXT(node->text))));
}

static void read_page_rule(TypeReader *reader, const Node *node, PageRule *rule)
{
    static const char *const words[] = { "next", "send", "items", "more", "size", NULL };
    const Node *next = node_member(node, "next"), *send = node_member(node, "send"),
               *items = node_member(node, "items");

    reader_words(reader, node, words);
    for (size_t i = 0; i < reader_count(next); i++)
        list_add(reader->arena, &rule->next, read_next(reader, reader_item(next, i)));
    for (size_t i = 0; i < reader_count(send); i++)
        list_add(reader->arena, &rule->send, reader_item(send, i)->text);
    for (size_t i = 0; i < reader_count(items); i++)
        list_add(reader->arena, &rule->items, reader_item(items, i)->text);
    rule->more = reader_text(reader, node, "more");
    reader_members(reader, node_member(node, "size"), &rule->size);
    if (rule->next.count != rule->send.count)
        reader_report(reader, node->range, "next and send must be equally long.");
}

static void read_pages(TypeReader *reader, const Node *node, ServiceType *service)
{
    for (size_t i = 0; node && i < node->count; i++) {
        PageRule *rule = arena_new(reader->arena, PageRule);

        read_page_rule(reader, node->items[i], rule);
        table_put(reader->arena, &service->pages, node->keys[i]->text, rule);
    }
}

/* "5" or "1/3": five a second, one in three seconds. */
static void read_rates(TypeReader *reader, const Node *node, ServiceType *service)
{
    for (size_t i = 0; node && i < node->count; i++) {
        Text count, seconds;
        int64_t calls = 0, within = 1;
        bool fraction = text_cut(node->items[i]->text, TEXT_LIT("/"), &count, &seconds);

        if (!text_to_int(count, &calls) || (fraction && !text_to_int(seconds, &within)) ||
            within < 1)
            reader_report(reader, node->items[i]->range, "A rate is n or n/seconds.");
        Rate rate = { node->keys[i]->text, (double)calls / (double)within };
        list_add(reader->arena, &service->rates, rate);
    }
}

/* A mapping of texts as name and value. */
static const Header *read_pairs(TypeReader *reader, const Node *node, size_t *ret_count)
{
    Header *pairs = arena_array(reader->arena, Header, node ? node->count : 0);

    *ret_count = node ? node->count : 0;
    for (size_t i = 0; i < *ret_count; i++)
        pairs[i] = (Header){ node->keys[i]->text, node->items[i]->text };
    return pairs;
}

static void read_lists(TypeReader *reader, const Node *node, Service *service)
{
    ListRule *rules = arena_array(reader->arena, ListRule, node ? node->count : 0);

    for (size_t i = 0; node && i < node->count; i++)
        rules[i] = (ListRule){ node->keys[i]->text, node->items[i]->text };
    service->lists = rules;
    service->list_count = node ? node->count : 0;
}

static void read_speech(TypeReader *reader, const Node *file, Service *service)
{
    bool known;

    service->protocol = protocol_named(reader_text(reader, file, "protocol"), &known);
    if (!known)
        reader_report(reader, file->range, "protocol must be json, query, rest_json or rest_xml.");
    service->version = reader_text(reader, file, "version");
    service->target = reader_text(reader, file, "target");
    service->xml_namespace = reader_text(reader, file, "namespace");
    service->global = text_is(reader_text(reader, file, "endpoint"), "global");
    service->checksum_crc32 = text_is(reader_text(reader, file, "checksum"), "crc32");
    service->always = read_pairs(reader, node_member(file, "always"), &service->always_count);
    service->headers = read_pairs(reader, node_member(file, "headers"), &service->header_count);
    service->spelled = read_pairs(reader, node_member(file, "spelled"), &service->spelled_count);
    read_lists(reader, node_member(file, "lists"), service);
}

static void read_service(TypeReader *reader, const Node *file, ServiceType *service)
{
    static const char *const words[] = { "protocol", "version", "target", "namespace", "endpoint",
                                         "names",    "rates",   "always", "headers",   "calls",
                                         "lists",    "spelled", "pages",  "checksum",  "iam",
                                         "lane",     "retry",   "tags",   NULL };
    const Node *iam = node_member(file, "iam");

    reader_words(reader, file, words);
    read_speech(reader, file, &service->service);
    service->camel = text_is(reader_text(reader, file, "names"), "camel");
    service->lane = reader_expr(reader, file, "lane");
    read_calls(reader, node_member(file, "calls"), service);
    read_pages(reader, node_member(file, "pages"), service);
    read_rates(reader, node_member(file, "rates"), service);
    reader_rules(reader, node_member(file, "retry"), &service->retry);
    service->has_tags = node_member(file, "tags") != NULL;
    if (service->has_tags)
        reader_tags(reader, node_member(file, "tags"), &service->tags);
    for (size_t i = 0; iam && i < iam->count; i++)
        table_put(reader->arena, &service->iam, iam->keys[i]->text, (void *)iam->items[i]);
}

/* --- asking ----------------------------------------------------------------------------------- */

const RestCall *service_call(const ServiceType *service, Text call)
{
    return table_find(&service->calls, call);
}

const PageRule *service_pages(const ServiceType *service, Text call)
{
    const PageRule *rule = table_find(&service->pages, call);

    return rule ? rule : table_find(&service->pages, TEXT_LIT("*"));
}

double service_rate(const ServiceType *service, Text call, Text *ret_key)
{
    const Rate *rest = NULL;

    for (size_t i = 0; i < service->rates.count; i++) {
        const Rate *rate = &service->rates.items[i];

        if (text_is(rate->call, "*"))
            rest = rate;
        if (text_equal(rate->call, call)) {
            *ret_key = rate->call;
            return rate->a_second;
        }
    }
    *ret_key = rest ? rest->call : TEXT_NONE;
    return rest ? rest->a_second : 0;
}

Text service_member_name(Arena *arena, const ServiceType *service, Text row)
{
    TextBuilder builder = text_builder(arena);
    bool capital = !service || !service->camel;

    for (size_t i = 0; i < row.length; i++) {
        char c = row.bytes[i];

        if (c == '_') {
            capital = true;
            continue;
        }
        text_add_char(&builder, capital && c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c);
        capital = false;
    }
    return text_built(&builder);
}

/* --- finding ---------------------------------------------------------------------------------- */

static const EmbeddedFile *embedded_find(Text name)
{
    for (size_t i = 0; i < embedded_file_count; i++)
        if (text_is(name, embedded_files[i].name))
            return &embedded_files[i];
    return NULL;
}

const Node *embedded_read(Text name, Diags *diags)
{
    const EmbeddedFile *file = embedded_find(name);
    Source *source;

    if (!file)
        return NULL;
    source = source_make(&types_arena, text_copy(&types_arena, name),
                         (Text){ file->bytes, file->length });
    return node_read_yaml(&types_arena, source, diags);
}

const ServiceType *service_find(Text name, Diags *diags)
{
    static Table services;
    ServiceType *service = table_find(&services, name);
    TypeReader reader = { .arena = &types_arena, .diags = diags };
    const Node *file;

    if (service)
        return service;
    file =
        embedded_read(text_format(&types_arena, "services/" TEXT_FMT ".yaml", TEXT(name)), diags);
    if (!file)
        return NULL;
    service = arena_new(&types_arena, ServiceType);
    service->service.name = text_copy(&types_arena, name);
    read_service(&reader, file, service);
    table_put(&types_arena, &services, service->service.name, service);
    return service;
}
