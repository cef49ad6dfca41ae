/*
 * Text into tokens. The lexer is a stack of modes: inside a quoted string text is literal until
 * ${ opens an expression in it, which may hold a string again. The stack is explicit, so that
 * nesting costs no C stack.
 */
#include "lex.h"

#include "pipectl/value/unicode.h"

#include <assert.h>
#include <string.h>

enum { STRANGE_COUNT = 6, NEWLINES_TOLD = 10 };

typedef enum ModeKind { MODE_EXPRESSION, MODE_QUOTED, MODE_HEREDOC, MODE_BARE } ModeKind;

typedef struct Mode {
    ModeKind kind;
    size_t braces;   /* expression: how many { are open in it */
    Text marker;     /* heredoc */
    bool line_start; /* heredoc: a closing marker may stand here */
} Mode;

struct Lexer {
    Arena *arena;
    const ExprText *source;
    Text text;
    size_t at; /* offset of the next byte */

    PositionRun run; /* that the text is in at [at] */
    size_t next_run;

    /* From here on: looked for once, lest a text of openings cost its square. */
    bool no_comment_ends;
    bool no_quote_follows;
    size_t quoted_newlines; /* of the string that takes the rest of the text: the first are told */
    size_t strange[STRANGE_COUNT]; /* how many there were of each row */
    LIST(Mode) modes;
    TokenList tokens; /* without those that were forgotten */
    Diags *diags;
};

/* --- positions ------------------------------------------------------------------------------ */

/* Where in the file lies what runs that begin before [limit] say of [offset]. */
static uint32_t place_before(Lexer *lexer, size_t offset, size_t limit)
{
    const ExprText *source = lexer->source;

    while (lexer->next_run < source->run_count && source->runs[lexer->next_run].offset < limit)
        lexer->run = source->runs[lexer->next_run++];
    return lexer->run.byte + (uint32_t)(offset - lexer->run.offset);
}

/* A run that begins here says where the byte is; as an end the same offset belongs to the run
   before. */
static uint32_t place_of_start(Lexer *lexer, size_t offset)
{
    return place_before(lexer, offset, offset + 1);
}

static uint32_t place_of_end(Lexer *lexer, size_t offset)
{
    return place_before(lexer, offset, offset);
}

/* --- making tokens -------------------------------------------------------------------------- */

static Range emit(Lexer *lexer, TokenKind kind, size_t length)
{
    Token token = { .kind = kind, .text = text_slice(lexer->text, lexer->at, lexer->at + length) };

    token.range.source = lexer->source->source;
    token.range.start = place_of_start(lexer, lexer->at);
    lexer->at += length;
    token.range.end = place_of_end(lexer, lexer->at);
    list_add(lexer->arena, &lexer->tokens, token);
    return token.range;
}

static Mode *mode(Lexer *lexer)
{
    return &lexer->modes.items[lexer->modes.count - 1];
}

static void enter(Lexer *lexer, ModeKind kind)
{
    list_add(lexer->arena, &lexer->modes, (Mode){ .kind = kind, .line_start = true });
}

static void leave(Lexer *lexer)
{
    lexer->modes.count--;
}

static int byte_at(const Lexer *lexer, size_t offset)
{
    return offset < lexer->text.length ? (unsigned char)lexer->text.bytes[offset] : -1;
}

static bool here(const Lexer *lexer, const char *spelling)
{
    size_t offset = lexer->at;

    while (*spelling && byte_at(lexer, offset) == (unsigned char)*spelling) {
        spelling++;
        offset++;
    }
    return !*spelling;
}

/* Length of the line end at [offset]: 0, 1 or 2. */
static size_t line_end(const Lexer *lexer, size_t offset)
{
    if (byte_at(lexer, offset) == '\n')
        return 1;
    return byte_at(lexer, offset) == '\r' && byte_at(lexer, offset + 1) == '\n' ? 2 : 0;
}

/* --- words and numbers ---------------------------------------------------------------------- */

static bool is_digit(int c)
{
    return c >= '0' && c <= '9';
}

static bool is_ascii_letter(int c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* identifier = (ID_Start | "_") (ID_Continue | "-")* */
static size_t identifier_length(Text text)
{
    size_t length = 0;

    while (length < text.length) {
        unsigned char c = (unsigned char)text.bytes[length];
        uint32_t code_point = c;
        size_t next = length + 1;
        bool belongs;

        if (c < 0x80) {
            belongs = is_ascii_letter(c) || c == '_' || (length && (is_digit(c) || c == '-'));
        } else {
            next = unicode_next(text, length, &code_point);
            belongs = length ? unicode_is_identifier_part(code_point)
                             : unicode_is_identifier_start(code_point);
        }
        if (!belongs)
            break;
        length = next;
    }
    return length;
}

bool lex_is_identifier(Text text)
{
    return text.length && identifier_length(text) == text.length;
}

/* number = digit (digit | "." | ("e" | "E") ("+" | "-")? digit)*, not ending in a dot. What has two
   dots is one token, so that it can be refused as a whole. */
static size_t number_length(const Lexer *lexer)
{
    size_t length = 0, accepted = 0;

    for (;;) {
        int c = byte_at(lexer, lexer->at + length);

        if (is_digit(c)) {
            accepted = ++length;
        } else if (c == '.') {
            length++;
        } else if (c == 'e' || c == 'E') {
            int sign = byte_at(lexer, lexer->at + length + 1);
            size_t skip = sign == '+' || sign == '-' ? 2 : 1;

            if (!is_digit(byte_at(lexer, lexer->at + length + skip)))
                return accepted;
            length += skip;
        } else {
            return accepted;
        }
    }
}

/* --- template text -------------------------------------------------------------------------- */

/* $${ and %%{ stand for ${ and %{. */
static bool is_escaped_opening(const Lexer *lexer, size_t offset)
{
    int c = byte_at(lexer, offset);

    return (c == '$' || c == '%') && byte_at(lexer, offset + 1) == c &&
           byte_at(lexer, offset + 2) == '{';
}

static bool is_opening(const Lexer *lexer, size_t offset)
{
    int c = byte_at(lexer, offset);

    return (c == '$' || c == '%') && byte_at(lexer, offset + 1) == '{';
}

/* Up to the next opening or through the end of the line. */
static size_t plain_text_length(const Lexer *lexer)
{
    size_t end = lexer->at;

    while (end < lexer->text.length && !line_end(lexer, end)) {
        if (is_escaped_opening(lexer, end))
            end += 3;
        else if (is_opening(lexer, end))
            return end - lexer->at;
        else
            end++;
    }
    return end + line_end(lexer, end) - lexer->at;
}

/* A $ or % that opens nothing is a token by itself: ~ trims no further than it. */
static size_t quoted_text_length(const Lexer *lexer)
{
    size_t end = lexer->at;
    int c = byte_at(lexer, end);

    if (c == '$' || c == '%')
        return is_escaped_opening(lexer, end) ? 3 : 1;
    while (end < lexer->text.length && !line_end(lexer, end)) {
        c = byte_at(lexer, end);
        if (c == '"' || c == '$' || c == '%')
            break;
        end += c == '\\' && end + 1 < lexer->text.length && !line_end(lexer, end + 1) ? 2 : 1;
    }
    return end - lexer->at;
}

static void open_sequence(Lexer *lexer)
{
    TokenKind kind =
        byte_at(lexer, lexer->at) == '$' ? TOKEN_OPEN_INTERPOLATION : TOKEN_OPEN_DIRECTIVE;

    emit(lexer, kind, byte_at(lexer, lexer->at + 2) == '~' ? 3 : 2);
    enter(lexer, MODE_EXPRESSION);
}

static bool quote_follows(Lexer *lexer)
{
    Text rest = text_slice(lexer->text, lexer->at, lexer->text.length);

    if (!lexer->no_quote_follows)
        lexer->no_quote_follows = text_find(rest, TEXT_LIT("\"")) == TEXT_NOT_FOUND;
    return !lexer->no_quote_follows;
}

/* A string that no quote ends takes the rest of the text. But where there are more quotes, one is
   missing in this line: to take the next one for it would make text of code, and code of text. */
static void lex_quoted_newline(Lexer *lexer)
{
    bool ends = quote_follows(lexer);
    size_t length = ends ? 0 : line_end(lexer, lexer->at);
    Range range = emit(lexer, ends ? TOKEN_CLOSE_QUOTE : TOKEN_QUOTED_NEWLINE, length);

    if (ends)
        leave(lexer);
    else if (lexer->quoted_newlines++ >= NEWLINES_TOLD)
        return;
    diag_error(lexer->diags, range, "Invalid multi-line string",
               "A quoted string ends on the line where it begins. Write \\n for a line end, or use "
               "a heredoc (<<EOT) for a text of several lines.");
}

static void lex_quoted(Lexer *lexer)
{
    if (byte_at(lexer, lexer->at) == '"') {
        emit(lexer, TOKEN_CLOSE_QUOTE, 1);
        leave(lexer);
    } else if (line_end(lexer, lexer->at)) {
        lex_quoted_newline(lexer);
    } else if (is_opening(lexer, lexer->at)) {
        open_sequence(lexer);
    } else {
        emit(lexer, TOKEN_QUOTED_TEXT, quoted_text_length(lexer));
    }
}

static void lex_heredoc(Lexer *lexer)
{
    size_t length = plain_text_length(lexer);
    Text line = text_slice(lexer->text, lexer->at, lexer->at + length);

    if (mode(lexer)->line_start && text_ends_with(line, TEXT_LIT("\n")) &&
        text_equal(text_trim(line), mode(lexer)->marker)) {
        while (line.length &&
               (text_ends_with(line, TEXT_LIT("\n")) || text_ends_with(line, TEXT_LIT("\r"))))
            line.length--;
        emit(lexer, TOKEN_CLOSE_HEREDOC, line.length);
        leave(lexer);
    } else if (length) {
        emit(lexer, TOKEN_PLAIN_TEXT, length);
        mode(lexer)->line_start = text_ends_with(line, TEXT_LIT("\n"));
    } else {
        mode(lexer)->line_start = false;
        open_sequence(lexer);
    }
}

static void lex_bare(Lexer *lexer)
{
    size_t length = plain_text_length(lexer);

    if (length)
        emit(lexer, TOKEN_PLAIN_TEXT, length);
    else
        open_sequence(lexer);
}

/* --- expressions ---------------------------------------------------------------------------- */

/* Longer spellings before their beginnings. */
static const struct {
    const char *spelling;
    TokenKind kind;
} symbols[] = {
    { "...", TOKEN_ELLIPSIS },
    { "==", TOKEN_EQUAL },
    { "=>", TOKEN_ARROW },
    { "!=", TOKEN_NOT_EQUAL },
    { "<=", TOKEN_LESS_EQUAL },
    { ">=", TOKEN_GREATER_EQUAL },
    { "&&", TOKEN_AND },
    { "||", TOKEN_OR },
    { "::", TOKEN_DOUBLE_COLON },
    { "=", TOKEN_ASSIGN },
    { "!", TOKEN_NOT },
    { "<", TOKEN_LESS },
    { ">", TOKEN_GREATER },
    { "+", TOKEN_PLUS },
    { "-", TOKEN_MINUS },
    { "*", TOKEN_STAR },
    { "/", TOKEN_SLASH },
    { "%", TOKEN_PERCENT },
    { "?", TOKEN_QUESTION },
    { ":", TOKEN_COLON },
    { ",", TOKEN_COMMA },
    { ".", TOKEN_DOT },
    { "[", TOKEN_OPEN_BRACKET },
    { "]", TOKEN_CLOSE_BRACKET },
    { "(", TOKEN_OPEN_PARENTHESIS },
    { ")", TOKEN_CLOSE_PARENTHESIS },
};

static bool lex_symbol(Lexer *lexer)
{
    char first = lexer->text.bytes[lexer->at];

    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
        if (symbols[i].spelling[0] == first && here(lexer, symbols[i].spelling)) {
            emit(lexer, symbols[i].kind, text_of(symbols[i].spelling).length);
            return true;
        }
    }
    return false;
}

/* Braces are counted: the } without a { in its sequence ends the sequence. */
static bool lex_brace(Lexer *lexer)
{
    bool in_sequence = lexer->modes.count > 1 && mode(lexer)->braces == 0;

    if (here(lexer, "{")) {
        mode(lexer)->braces++;
        emit(lexer, TOKEN_OPEN_BRACE, 1);
    } else if (in_sequence && (here(lexer, "}") || here(lexer, "~}"))) {
        emit(lexer, TOKEN_CLOSE_SEQUENCE, here(lexer, "~") ? 2 : 1);
        leave(lexer);
    } else if (here(lexer, "}")) {
        if (mode(lexer)->braces)
            mode(lexer)->braces--;
        emit(lexer, TOKEN_CLOSE_BRACE, 1);
    } else {
        return false;
    }
    return true;
}

static bool lex_comment(Lexer *lexer)
{
    size_t end = lexer->at;

    if (here(lexer, "/*")) {
        Text rest = text_slice(lexer->text, lexer->at + 2, lexer->text.length);
        size_t found = lexer->no_comment_ends ? TEXT_NOT_FOUND : text_find(rest, TEXT_LIT("*/"));

        lexer->no_comment_ends = found == TEXT_NOT_FOUND;
        if (lexer->no_comment_ends) { /* two operators, where none can stand */
            emit(lexer, TOKEN_SLASH, 1);
            emit(lexer, TOKEN_STAR, lexer->text.length - lexer->at);
            return true;
        }
        emit(lexer, TOKEN_COMMENT, found + 4);
        return true;
    }
    if (!here(lexer, "#") && !here(lexer, "//"))
        return false;
    while (end < lexer->text.length && !line_end(lexer, end))
        end++;
    emit(lexer, TOKEN_COMMENT, end - lexer->at);
    return true;
}

/* heredoc = "<<" "-"? identifier line-end */
static bool lex_heredoc_opening(Lexer *lexer)
{
    size_t start = lexer->at + (here(lexer, "<<-") ? 3 : 2);
    Text marker = text_slice(lexer->text, start, lexer->text.length);
    size_t end;

    if (!here(lexer, "<<"))
        return false;
    marker.length = identifier_length(marker);
    end = start + marker.length;
    if (!marker.length || !line_end(lexer, end))
        return false;
    emit(lexer, TOKEN_OPEN_HEREDOC, end + line_end(lexer, end) - lexer->at);
    enter(lexer, MODE_HEREDOC);
    mode(lexer)->marker = marker;
    return true;
}

/* What people write who know other languages, and then often: it is said a few times, as Terraform
   does. */
static const struct {
    const char *characters;
    const char *summary;
    const char *detail;
    size_t most; /* of them that are reported about */
    size_t each; /* this many are one mistake */
} strange[STRANGE_COUNT] = {
    { "'", "Invalid character", "Single quotes do not make a string: use double quotes (\").", 4,
      2 },
    { "`", "Invalid character",
      "Backticks do not make a string: use double quotes (\"), or a heredoc (<<EOT) for a text of "
      "several lines.",
      4, 2 },
    { ";", "Invalid character",
      "Semicolons are not used here: arguments stand on lines of their own.", 1, 1 },
    { "&", "Unsupported operator",
      "There are no bitwise operators. Did you mean the logical \"and\" (&&)?", 4, 1 },
    { "|", "Unsupported operator",
      "There are no bitwise operators. Did you mean the logical \"or\" (||)?", 4, 1 },
    { "~^", "Unsupported operator", "There are no bitwise operators.", 4, 1 },
};

static void lex_invalid(Lexer *lexer)
{
    int c = byte_at(lexer, lexer->at);
    uint32_t code_point;
    size_t length = unicode_next(lexer->text, lexer->at, &code_point) - lexer->at;
    Range range = emit(lexer, TOKEN_STRANGE, length);

    for (size_t i = 0; i < STRANGE_COUNT; i++) {
        size_t before = lexer->strange[i];

        if (!c || !strchr(strange[i].characters, c))
            continue;
        lexer->strange[i]++;
        if (before < strange[i].most && before % strange[i].each == 0)
            diag_error(lexer->diags, range, strange[i].summary, "%s", strange[i].detail);
        return;
    }
    diag_error(lexer->diags, range, "Invalid character",
               "This character is not used within the language.");
}

static void lex_code(Lexer *lexer)
{
    int c = byte_at(lexer, lexer->at);
    Text rest = text_slice(lexer->text, lexer->at, lexer->text.length);
    size_t length;

    if (c == ' ' || c == '\t')
        lexer->at++;
    else if ((length = line_end(lexer, lexer->at)) > 0)
        emit(lexer, TOKEN_NEWLINE, length);
    else if ((length = identifier_length(rest)) > 0)
        emit(lexer, TOKEN_IDENTIFIER, length);
    else if (is_digit(c))
        emit(lexer, TOKEN_NUMBER, number_length(lexer));
    else if (c == '"') {
        emit(lexer, TOKEN_OPEN_QUOTE, 1);
        enter(lexer, MODE_QUOTED);
    } else if (!lex_comment(lexer) && !lex_heredoc_opening(lexer) && !lex_brace(lexer) &&
               !lex_symbol(lexer))
        lex_invalid(lexer);
}

/* --- the whole text ------------------------------------------------------------------------- */

static void lex_next(Lexer *lexer)
{
    switch (mode(lexer)->kind) {
    case MODE_EXPRESSION:
        lex_code(lexer);
        break;
    case MODE_QUOTED:
        lex_quoted(lexer);
        break;
    case MODE_HEREDOC:
        lex_heredoc(lexer);
        break;
    case MODE_BARE:
        lex_bare(lexer);
        break;
    }
}

/* Text that is no UTF-8 has no characters to point at: everything up to there is left out. */
static void refuse_encoding(Lexer *lexer)
{
    size_t at = 0;
    uint32_t code_point;

    while (at < lexer->text.length) {
        size_t next = unicode_next(lexer->text, at, &code_point);

        if (!unicode_is_valid(text_slice(lexer->text, at, next)))
            break;
        at = next;
    }
    lexer->at = at;
    diag_error(lexer->diags, emit(lexer, TOKEN_UNREADABLE, lexer->text.length - at),
               "Invalid character encoding",
               "All input must be UTF-8. Make sure that the editor saves this file as UTF-8.");
}

Lexer *lexer_open(Arena *arena, const ExprText *text, LexKind kind, Diags *diags)
{
    Lexer *lexer = arena_new(arena, Lexer);

    *lexer = (Lexer){
        .arena = arena,
        .source = text,
        .text = text->text,
        .run = { .byte = text->start },
        .diags = diags,
    };
    enter(lexer, kind == LEX_TEMPLATE ? MODE_BARE : MODE_EXPRESSION);
    if (kind == LEX_EXPRESSION && here(lexer, "\xEF\xBB\xBF"))
        lexer->at = 3;
    if (!unicode_is_valid(text->text))
        refuse_encoding(lexer);
    return lexer;
}

const Token *lexer_token(Lexer *lexer, size_t index)
{
    TokenList *tokens = &lexer->tokens;

    while (index >= tokens->count) {
        if (lexer->at < lexer->text.length)
            lex_next(lexer);
        else
            emit(lexer, TOKEN_END, 0);
    }
    return &tokens->items[index];
}

void lexer_forget(Lexer *lexer, size_t count)
{
    TokenList *tokens = &lexer->tokens;

    assert(count <= tokens->count);
    tokens->count -= count;
    if (tokens->count)
        memmove(tokens->items, tokens->items + count, tokens->count * sizeof *tokens->items);
}

TokenList lex_expression(Arena *arena, const ExprText *text, Diags *diags)
{
    Lexer *lexer = lexer_open(arena, text, LEX_EXPRESSION, diags);
    size_t i = 0;

    while (lexer_token(lexer, i)->kind != TOKEN_END)
        i++;
    return lexer->tokens;
}
