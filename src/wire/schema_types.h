/* The vocabulary as members of a struct; see schema.h.  No guard: included
** before each .def file that is to become types. */
#define F(kind, name) sat_kind_##kind name;
#define RESERVED(kind, name) F(kind, name)
#define SECRET(kind, name) F(kind, name)
#define AGAIN(kind, name)
#define COUNT(kind, name) F(kind, name)
#define LIST(kind, name, count) sat_kind_##kind *name;
#define COLUMNS(name, count) LIST(tag, name, count)
#define ARRAY(kind, name, n) sat_kind_##kind name[n];
#define REST(kind, name) \
  uint32_t name##_n;     \
  sat_kind_##kind *name;
#define SIZED(width, ...) __VA_ARGS__
#define WHEN(name, ...) __VA_ARGS__
#define UNLESS(name, ...) __VA_ARGS__
#define IS(name, value, ...) __VA_ARGS__
#define ISNT(name, value, ...) __VA_ARGS__
#define ZERO_OR(name, mask, value, ...) __VA_ARGS__
#define BITS(name, mask, ...) __VA_ARGS__
#define NO_BITS(name, mask, ...) __VA_ARGS__
#define AMONG(name, set, ...) __VA_ARGS__
#define ON(code, ...) __VA_ARGS__
#define MAYBE(name, ...) F(bool8, name) __VA_ARGS__
#define TAIL(name, ...) F(tail, name) __VA_ARGS__
#define ON_PUBLIC(...) __VA_ARGS__
#define ON_PRIVATE(...) __VA_ARGS__
