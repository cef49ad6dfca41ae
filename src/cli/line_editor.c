#include "line_editor.h"

#include <dlfcn.h>
#include <histedit.h>
#include <locale.h>
#include <stdio.h>

enum { REMEMBERED_LINES = 500 };

/* The functions of histedit.h that are used here. */
typedef struct Library {
    EditLine *(*init)(const char *, FILE *, FILE *, FILE *);
    int (*set)(EditLine *, int, ...);
    const char *(*gets)(EditLine *, int *);
    void (*end)(EditLine *);
    History *(*history_init)(void);
    int (*history)(History *, HistEvent *, int, ...);
    void (*history_end)(History *);
} Library;

struct LineEditor {
    Library library;
    EditLine *edit;
    History *history;
    locale_t locale; /* for UTF-8: nothing else of the program knows a locale */
};

/* libedit asks for it through a function that gets no pointer of ours. */
static const char *current_prompt;

static char *prompt_of(EditLine *edit)
{
    (void)edit;
    return (char *)(uintptr_t)current_prompt;
}

/* dlsym gives a pointer to data; ISO C knows no cast from that to a function. */
static bool load_function(void *library, const char *name, void *ret_function)
{
    void *found = dlsym(library, name);

    *(void **)ret_function = found;
    return found != NULL;
}

static bool load(Library *ret_library)
{
    void *library = dlopen("libedit.so.2", RTLD_NOW);

    return library && load_function(library, "el_init", &ret_library->init) &&
           load_function(library, "el_set", &ret_library->set) &&
           load_function(library, "el_gets", &ret_library->gets) &&
           load_function(library, "el_end", &ret_library->end) &&
           load_function(library, "history_init", &ret_library->history_init) &&
           load_function(library, "history", &ret_library->history) &&
           load_function(library, "history_end", &ret_library->history_end);
}

static locale_t enter_locale(const LineEditor *editor)
{
    return editor->locale ? uselocale(editor->locale) : (locale_t)0;
}

static void leave_locale(locale_t before)
{
    if (before)
        uselocale(before);
}

/* Which bytes are letters is found out here, so it is done in the locale. */
static bool set_up(LineEditor *editor)
{
    const Library *library = &editor->library;
    HistEvent event;

    editor->edit = library->init("pipectl", stdin, stdout, stderr);
    editor->history = library->history_init();
    if (!editor->edit || !editor->history)
        return false;
    library->history(editor->history, &event, H_SETSIZE, REMEMBERED_LINES);
    library->set(editor->edit, EL_PROMPT, prompt_of);
    library->set(editor->edit, EL_SIGNAL, 1); /* the terminal is put right before we die */
    library->set(editor->edit, EL_EDITOR, "emacs");
    library->set(editor->edit, EL_HIST, library->history, editor->history);
    return true;
}

LineEditor *line_editor_open(void)
{
    static LineEditor editor;
    locale_t before;
    bool ready;

    if (!load(&editor.library))
        return NULL;
    editor.locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    before = enter_locale(&editor);
    ready = set_up(&editor);
    leave_locale(before);
    return ready ? &editor : NULL;
}

bool line_editor_read(LineEditor *editor, const char *prompt, Arena *arena, Text *ret_line)
{
    locale_t before = enter_locale(editor);
    const char *line;
    int length = 0;

    current_prompt = prompt;
    line = editor->library.gets(editor->edit, &length);
    leave_locale(before);
    if (!line || length <= 0)
        return false;
    *ret_line = text_copy(arena, (Text){ line, (size_t)length });
    while (text_ends_with(*ret_line, TEXT_LIT("\n")) || text_ends_with(*ret_line, TEXT_LIT("\r")))
        ret_line->length--;
    return true;
}

void line_editor_remember(LineEditor *editor, Arena *arena, Text line)
{
    HistEvent event;

    if (line.length > 0)
        editor->library.history(editor->history, &event, H_ENTER, text_cstring(arena, line));
}

void line_editor_close(LineEditor *editor)
{
    editor->library.history_end(editor->history);
    editor->library.end(editor->edit);
    if (editor->locale)
        freelocale(editor->locale);
}
