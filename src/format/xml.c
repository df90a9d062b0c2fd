#include "format/xml.h"

#include <expat.h>
#include <stdbool.h>
#include <string.h>

#include "base/buf.h"

#define SEPARATOR '\n' /* between namespace and name; in neither of them */

struct builder {
  XML_Parser parser;
  struct sat_arena *arena;
  struct sat_error *err;
  struct sat_xml_element *root, *open;
  struct sat_buf text[SAT_XML_DEPTH]; /* of each open element */
  unsigned depth, max_depth;
};

static void stop(struct builder *b, enum sat_error_kind kind,
                 const char *text) {
  sat_error_set(b->err, kind, "XML line %lu: %s",
                (unsigned long)XML_GetCurrentLineNumber(b->parser), text);
  XML_StopParser(b->parser, XML_FALSE);
}

/* copies "namespace\nname" apart; an attribute without one is a plain name */
static const char *split(struct builder *b, const char *s,
                         const char **space_r) {
  const char *at = strrchr(s, SEPARATOR);
  if (at == NULL) return sat_arena_copy(b->arena, s, strlen(s));
  if (space_r != NULL)
    *space_r = sat_arena_copy(b->arena, s, (size_t)(at - s));
  return sat_arena_copy(b->arena, at + 1, strlen(at + 1));
}

static void add_attributes(struct builder *b, struct sat_xml_element *e,
                           const XML_Char **list) {
  struct sat_xml_attribute **tail = &e->attributes;
  for (; *list != NULL; list += 2) {
    struct sat_xml_attribute *a = sat_arena_alloc(b->arena, sizeof *a);
    if (a == NULL) return;
    a->name = split(b, list[0], NULL);
    a->value = sat_arena_copy(b->arena, list[1], strlen(list[1]));
    *tail = a;
    tail = &a->next;
  }
}

static void add_child(struct sat_xml_element *parent,
                      struct sat_xml_element *e) {
  /* children are prepended and put in order when the parent is closed */
  e->next = parent->children;
  parent->children = e;
}

static void on_start(void *user, const XML_Char *name,
                     const XML_Char **attributes) {
  struct builder *b = user;
  if (b->depth == b->max_depth) {
    stop(b, SAT_E_LIMIT, "nested too deeply");
    return;
  }
  struct sat_xml_element *e = sat_arena_alloc(b->arena, sizeof *e);
  if (e != NULL) {
    e->name = split(b, name, &e->space);
    add_attributes(b, e, attributes);
  }
  if (b->arena->failed) {
    stop(b, SAT_E_MEMORY, "out of memory");
    return;
  }
  e->parent = b->open;
  if (b->open == NULL) b->root = e;
  else add_child(b->open, e);
  b->open = e;
  sat_buf_clear(&b->text[b->depth++]);
}

static void reverse_children(struct sat_xml_element *e) {
  struct sat_xml_element *list = NULL, *c = e->children;
  while (c != NULL) {
    struct sat_xml_element *next = c->next;
    c->next = list;
    list = c;
    c = next;
  }
  e->children = list;
}

static void on_end(void *user, const XML_Char *name) {
  struct builder *b = user;
  (void)name;
  if (b->open == NULL) return;
  struct sat_buf *text = &b->text[--b->depth];
  b->open->text =
      sat_arena_copy(b->arena, text->n > 0 ? (char *)text->p : "", text->n);
  reverse_children(b->open);
  if (text->failed || b->arena->failed)
    stop(b, SAT_E_MEMORY, "out of memory");
  b->open = b->open->parent;
}

static void on_text(void *user, const XML_Char *s, int n) {
  struct builder *b = user;
  if (b->depth > 0) sat_buf_put(&b->text[b->depth - 1], s, (size_t)n);
}

static void on_doctype(void *user, const XML_Char *name,
                       const XML_Char *system_id, const XML_Char *public_id,
                       int has_subset) {
  (void)name, (void)system_id, (void)public_id, (void)has_subset;
  stop(user, SAT_E_PROTOCOL, "document types are not accepted");
}

static int run(struct builder *b, const char *p, size_t n) {
  XML_SetUserData(b->parser, b);
  XML_SetElementHandler(b->parser, on_start, on_end);
  XML_SetCharacterDataHandler(b->parser, on_text);
  XML_SetStartDoctypeDeclHandler(b->parser, on_doctype);
  if (XML_Parse(b->parser, p, (int)n, XML_TRUE) == XML_STATUS_OK)
    return b->err->kind == SAT_OK ? 0 : -1;
  if (b->err->kind == SAT_OK)
    stop(b, SAT_E_PROTOCOL,
         XML_ErrorString(XML_GetErrorCode(b->parser)));
  return -1;
}

int sat_xml_parse(const char *p, size_t n, struct sat_xml_limits limits,
                  struct sat_arena *arena, struct sat_error *err,
                  struct sat_xml_element **root_r) {
  size_t most = limits.bytes > 0 ? limits.bytes : SAT_XML_BYTES;
  if (n > most || n > 0x7fffffff)
    return sat_error_set(err, SAT_E_LIMIT, "XML of %zu bytes is over %zu", n,
                         most);
  struct builder b = {.arena = arena, .err = err, .max_depth = limits.depth};
  if (b.max_depth == 0 || b.max_depth > SAT_XML_DEPTH)
    b.max_depth = SAT_XML_DEPTH;
  b.parser = XML_ParserCreateNS(NULL, SEPARATOR);
  if (b.parser == NULL)
    return sat_error_set(err, SAT_E_MEMORY, "out of memory");
  int rc = run(&b, p, n);
  XML_ParserFree(b.parser);
  for (unsigned i = 0; i < SAT_XML_DEPTH; i++) sat_buf_free(&b.text[i]);
  if (rc == 0) *root_r = b.root;
  return rc;
}
