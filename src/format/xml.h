/*
** XML documents as a tree of elements, parsed by expat.  Everything of the
** tree lives in the caller's arena.  Namespaces are resolved: a name is the
** local name, beside it the namespace.  Document types are refused, so that
** no entity but the five predefined ones exists.
*/
#ifndef sat_xml_h
#define sat_xml_h

#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"

struct sat_xml_attribute {
  const char *name, *value;
  struct sat_xml_attribute *next;
};

struct sat_xml_element {
  const char *name;
  const char *space; /* namespace, NULL if none */
  const char *text;  /* all character data directly inside, "" if none */
  struct sat_xml_attribute *attributes;
  struct sat_xml_element *children, *next, *parent;
};

struct sat_xml_limits { /* 0 takes the default */
  size_t bytes;         /* of the document; SAT_XML_BYTES */
  unsigned depth;       /* SAT_XML_DEPTH */
};

#define SAT_XML_BYTES ((size_t)4 << 20)
#define SAT_XML_DEPTH 64

/* The root element in *root_r.  0, or -1 with the error (protocol, limit,
** memory) recorded. */
int sat_xml_parse(const char *p, size_t n, struct sat_xml_limits limits,
                  struct sat_arena *arena, struct sat_error *err,
                  struct sat_xml_element **root_r);

#endif
