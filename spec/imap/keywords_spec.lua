local keywords = require "satchel.imap.keywords"

describe("keywords", function()
  it("are categories but for those of programs", function()
    assert.same({ "Red", "$label1" }, keywords.categories { "\\Seen", "Red", "$Forwarded",
      "$label1", "NonJunk", "$MDNSent" })
  end)

  for _, category in ipairs { "Red", "To do", "Größe", "a&b", "100%", "(x)", "日本", "a\\b",
    '"q"', "]" } do
    it("stand for any text: " .. category, function()
      local keyword = keywords.keyword(category)
      assert.is_nil(keyword:find "[%z\1-\32\127-\255(){%%*\"\\%]]")
      assert.equal(category, keywords.category(keyword))
    end)
  end
end)

describe("flags of a new item", function()
  for _, case in ipairs {
    { { unread = false }, "\\Seen" },
    { {}, "\\Seen" },
    { { unread = true }, "" },
    { { unread = true, flagged = true, answered = true, draft = true },
      "\\Flagged \\Answered \\Draft" },
    { { unread = false, categories = { "Red", "Blue" } }, "\\Seen Red Blue" },
  } do
    it(case[2], function()
      assert.equal(case[2], table.concat(keywords.of_draft(case[1]), " "))
    end)
  end
end)
