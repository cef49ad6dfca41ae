#include "quote.h"

#include "pipectl/value/unicode.h"

/* \a \b \f \n \r \t \v and the two that every quoted text needs. */
static char short_escape(uint32_t c)
{
    static const char escapes[] = {
        ['\a'] = 'a', ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r',
        ['\t'] = 't', ['\v'] = 'v', ['"'] = '"',  ['\\'] = '\\'};

    return c < sizeof escapes ? escapes[c] : '\0';
}

static void add_character(TextBuilder *builder, Text character, uint32_t c)
{
    if (short_escape(c))
        text_add_format(builder, "\\%c", short_escape(c));
    else if (unicode_is_printable(c))
        text_add(builder, character);
    else if (c < 0x80)
        text_add_format(builder, "\\x%02x", c);
    else if (c < 0x10000)
        text_add_format(builder, "\\u%04x", c);
    else
        text_add_format(builder, "\\U%08x", c);
}

void quote_add(TextBuilder *builder, Text text)
{
    text_add_char(builder, '"');
    for (size_t at = 0; at < text.length;) {
        uint32_t c;
        size_t next = unicode_next(text, at, &c);

        add_character(builder, text_slice(text, at, next), c);
        at = next;
    }
    text_add_char(builder, '"');
}

static bool is_identifier(Text name)
{
    for (size_t at = 0; at < name.length;) {
        uint32_t c;
        size_t next = unicode_next(name, at, &c);

        if (!(at == 0 ? unicode_is_identifier_start(c) : unicode_is_identifier_part(c)))
            return false;
        at = next;
    }
    return name.length > 0;
}

Text quote_name(Arena *arena, Text name)
{
    TextBuilder builder = text_builder(arena);

    if (is_identifier(name))
        return name;
    quote_add(&builder, name);
    return text_built(&builder);
}
