local path = require "satchel.path"

describe("a path", function()
  for _, case in ipairs {
    { "", {} }, { "/", {} }, { "a", { "a" } }, { "a/b c/d", { "a", "b c", "d" } },
    { "a//b", { "a/b" } }, { "a///b", { "a/", "b" } }, { "a/", { "a" } }, { "/a/b", { "a", "b" } },
    { "//a", { "/a" } }, { "x////y", { "x//y" } },
  } do
    it(("%q is %d names"):format(case[1], #case[2]), function()
      assert.same(case[2], path.split(case[1]))
    end)
  end

  it("joins what it splits", function()
    for _, names in ipairs { { "a", "b" }, { "a/b", "c" }, { "1/2/3" }, {} } do
      assert.same(names, path.split(path.join(names)))
    end
  end)
end)
