#include "event_json.h"

#include "pipectl/value/json.h"

void event_begin(EventLine *line, const char *level, Text message)
{
    line->scratch = (Arena){ 0 };
    line->builder = text_builder(&line->scratch);
    text_add_char(&line->builder, '{');
    json_put_text(&line->builder, "@level", text_of(level));
    json_put_value(&line->builder, "@message", value_string(&line->scratch, message));
    json_put_text(&line->builder, "@module", TEXT_LIT("terraform.ui"));
    json_put_text(&line->builder, "@timestamp", clock_rfc3339(&line->scratch, clock_now(), 6));
}

void event_put_type(EventLine *line, const char *type)
{
    json_put_text(&line->builder, "type", text_of(type));
}

void event_end(EventLine *line, const char *type, Terminal *terminal)
{
    if (type)
        event_put_type(line, type);
    text_add(&line->builder, TEXT_LIT("}\n"));
    terminal_write(terminal, text_built(&line->builder));
    arena_free(&line->scratch);
}

void event_put_resource(EventLine *line, const char *member, Address address, Text name)
{
    TextBuilder *builder = &line->builder;
    Address in_module = address;
    Text provider, rest;

    in_module.module = (ModulePath){ 0 };
    (void)text_cut(address.type, TEXT_LIT("_"), &provider, &rest);
    json_key(builder, text_of(member));
    text_add_char(builder, '{');
    json_put_text(builder, "addr", name);
    json_put_value(builder, "module",
                   value_string_raw(module_path_text(&line->scratch, address.module)));
    json_put_text(builder, "resource", address_text(&line->scratch, in_module));
    json_put_text(builder, "implied_provider", provider);
    json_put_text(builder, "resource_type", address.type);
    json_put_text(builder, "resource_name", address.name);
    json_put_value(builder, "resource_key", key_value(address.key));
    text_add_char(builder, '}');
}

void event_log(Terminal *terminal, Text message)
{
    EventLine line;

    event_begin(&line, "info", message);
    event_end(&line, "log", terminal);
}
