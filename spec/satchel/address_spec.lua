local address = require "satchel.address"
local try = require("satchel.error").try

local function plain(list)
  local copy = {}
  for i, each in ipairs(list) do copy[i] = { name = each.name, email = each.email } end
  return copy
end

local anna = { name = "Anna", email = "anna@example.test" }
local bare = { email = "bob@example.test" }

describe("a list of addresses", function()
  for _, case in ipairs {
    { "", {} }, { "anna@example.test", { { email = "anna@example.test" } } },
    { "Anna <anna@example.test>", { anna } }, { '"Anna" <anna@example.test>', { anna } },
    { "<bob@example.test>", { bare } }, { "anna@example.test (Anna)", { anna } },
    { "Anna <anna@example.test>, bob@example.test", { anna, bare } },
    { "Anna <anna@example.test>; bob@example.test;", { anna, bare } },
    { '"Doe, Anna \\"A\\"" <anna@example.test>',
      { { name = 'Doe, Anna "A"', email = "anna@example.test" } } },
    { "Team: Anna <anna@example.test>, bob@example.test;", { anna, bare } },
    { "Undisclosed recipients:;", {} },
    { '"a b"@example.test', { { email = '"a b"@example.test' } } },
    { "bob", { { name = "bob" } } }, { "Bob Builder, Anna <anna@example.test>",
      { { name = "Bob Builder" }, anna } },
    { "Grüße <größe@example.test>", { { name = "Grüße", email = "größe@example.test" } } },
    { "/o=Org/ou=x/cn=Recipients/cn=bob", { { name = "/o=Org/ou=x/cn=Recipients/cn=bob" } } },
    { anna, { anna } }, { { anna, "bob@example.test" }, { anna, bare } },
    { { "Anna <anna@example.test>", { { email = "bob@example.test" } } }, { anna, bare } },
    { { name = "Bob" }, { { name = "Bob" } } },
  } do
    it("reads " .. tostring(case[1]), function()
      assert.same(case[2], plain(address.list(case[1], "to")))
    end)
  end

  for _, case in ipairs {
    { "a@b\r\nBcc: x@y", "has a line break" }, { "a@b\0", "has a line break" },
    { { name = "x\ny", email = "a@b" }, "has a line break" },
    { { email = "a@b\r" }, "has a line break" },
    { "Anna <anna>", "is no e%-mail address" }, { "a@", "is no e%-mail address" },
    { "@b", "is no e%-mail address" }, { "a b@c", "is no e%-mail address" },
    { '"Anna <a@b>', "has no closing" }, { "Anna <a@b", "has no closing" },
    { { emial = "a@b" }, "did you mean 'email'" }, { { email = 1 }, "is a number, not text" },
    { 12, "is no address" }, { { name = "" }, "is empty" }, { true, "is no address" },
  } do
    it("refuses what " .. case[2], function()
      local ok, err = try(address.list, case[1], "send: to")
      assert.is_false(ok)
      assert.equal("invalid", err.kind)
      assert.matches("^send: to", err.message)
      assert.matches(case[2], err.message)
      assert.is_nil(err.message:find "[\r\n\0]")
    end)
  end
end)

describe("one address", function()
  it("is not two and not none", function()
    assert.same(anna, plain { address.one("Anna <anna@example.test>", "from") }[1])
    assert.is_false((try(address.one, "a@b, c@d", "from")))
    assert.is_false((try(address.one, "", "from")))
  end)

  for _, case in ipairs {
    { anna, "Anna <anna@example.test>" }, { bare, "bob@example.test" }, { { name = "bob" }, "bob" },
    { { name = 'Doe, "A"', email = "a@b" }, '"Doe, \\"A\\"" <a@b>' },
  } do
    it("shows as " .. case[2] .. " and reads back", function()
      local shown = tostring(address.wrap { name = case[1].name, email = case[1].email })
      assert.equal(case[2], shown)
      assert.same({ case[1] }, plain(address.list(shown, "to")))
    end)
  end

  it("is the same in any case", function()
    assert.is_true(address.same({ email = "A@B" }, { email = "a@b", name = "x" }))
    assert.is_false(address.same({ email = "A@B" }, { name = "A@B" }))
  end)
end)
