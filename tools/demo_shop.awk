# demo_shop.awk -- a small shop on paper: catalog, two months of orders, a week of browsing. Deterministic by seed.
# usage: awk -v now=EPOCH_SECONDS -v out=FOLDER [-v seed=1] -f tools/demo_shop.awk
# Writes FOLDER/catalog.csv, FOLDER/orders.csv, FOLDER/events.jsonl. Customers have one or two favourite
# categories, and some things are bought together, so that there is something to find.
function text(day, second,    t) { t = now - day * 86400 + second; return strftime("%Y-%m-%dT%H:%M:%SZ", t, 1) }
function pick(n) { return int(rand() * n) + 1 }
function id(i) { return sprintf("SKU%03d", i) }
function add(category, brand, title, price) { n++; cat[n] = category; made[n] = brand; name[n] = title; cost[n] = price; by[category, ++size[category]] = n }
BEGIN {
    srand(seed ? seed : 1)
    add("茶", "山前", "龙井绿茶 100g", 12800); add("茶", "山前", "金骏眉红茶 50g", 16800); add("茶", "云上", "白毫银针 60g", 19900)
    add("茶", "云上", "茉莉花茶 200g", 5900); add("茶", "云上", "普洱熟茶饼", 23900)
    add("茶具", "青瓷坊", "盖碗三件套", 8900); add("茶具", "青瓷坊", "公道杯", 3900); add("茶具", "青瓷坊", "品茗杯 6 只", 6900)
    add("茶具", "竹语", "竹制茶盘", 15900); add("茶具", "竹语", "茶则茶针", 2900)
    add("咖啡", "早潮", "埃塞俄比亚咖啡豆 250g", 8800); add("咖啡", "早潮", "哥伦比亚咖啡豆 250g", 7900); add("咖啡", "早潮", "挂耳咖啡 10 包", 4900)
    add("咖啡", "早潮", "冷萃咖啡液 6 瓶", 6900)
    add("咖啡器具", "手作", "手冲壶 600ml", 16900); add("咖啡器具", "手作", "V60 滤杯", 7900); add("咖啡器具", "手作", "手摇磨豆机", 25900)
    add("咖啡器具", "手作", "滤纸 100 张", 1900)
    add("点心", "禾记", "绿豆糕 12 枚", 3600); add("点心", "禾记", "桂花糕 8 枚", 3200); add("点心", "禾记", "核桃酥 300g", 2900); add("点心", "禾记", "黄油曲奇 400g", 4500)
    add("家居", "素屋", "亚麻桌布", 9900); add("家居", "素屋", "棉麻抱枕", 6900); add("家居", "素屋", "香薰蜡烛", 8900); add("家居", "素屋", "陶瓷花瓶", 12900)
    add("文具", "格物", "点阵笔记本 A5", 3900); add("文具", "格物", "中性笔 6 支", 2400); add("文具", "格物", "和纸胶带", 1500); add("文具", "格物", "皮质笔袋", 7900)
    # what goes with what: bought together more often than chance
    with["茶"] = "茶具"; with["茶具"] = "茶"; with["咖啡"] = "咖啡器具"; with["咖啡器具"] = "咖啡"; with["点心"] = "茶"; with["家居"] = "点心"; with["文具"] = "咖啡"
    count = split("茶,茶具,咖啡,咖啡器具,点心,家居,文具", cats, ",")

    file = out "/catalog.csv"
    print "item_id,title,category,brand,price,currency,stock" > file
    for (i = 1; i <= n; i++) printf "%s,%s,%s,%s,%.2f,CNY,%d\n", id(i), name[i], cat[i], made[i], cost[i] / 100, i == 14 ? 0 : 20 + pick(200) > file
    close(file)

    file = out "/orders.csv"
    print "order_id,customer_id,item_id,quantity,unit_price,currency,ordered_at,title,category" > file
    for (c = 1; c <= 400; c++) {
        likes[c] = cats[pick(count)]
        orders = int(rand() * rand() * 7)
        for (o = 1; o <= orders; o++) {
            order++
            day = pick(60); second = 28800 + pick(50000)
            lines = pick(3)
            for (l = 1; l <= lines; l++) {
                what = rand() < 0.75 ? likes[c] : cats[pick(count)]
                if (l > 1 && rand() < 0.6) what = with[likes[c]]
                i = by[what, pick(size[what])]
                printf "D%05d,user-%d,%s,%d,%.2f,CNY,%s,%s,%s\n", order, c, id(i), rand() < 0.85 ? 1 : 2, cost[i] / 100, text(day, second - 86400), name[i], cat[i] > file
            }
        }
    }
    close(file)

    file = out "/events.jsonl"
    for (c = 1; c <= 400; c++) {
        views = pick(12)
        start = pick(6) * 86400 + pick(40000)
        for (v = 1; v <= views; v++) {
            what = rand() < 0.7 ? likes[c] : cats[pick(count)]
            i = by[what, pick(size[what])]
            at = text(0, -(start - v * 60))
            printf "{\"type\":\"track\",\"event\":\"Product Viewed\",\"userId\":\"user-%d\",\"anonymousId\":\"visit-%d\",\"messageId\":\"demo-%d-%d\",\"timestamp\":\"%s\",\"properties\":{\"product_id\":\"%s\",\"name\":\"%s\",\"category\":\"%s\",\"price\":%.2f,\"currency\":\"CNY\"}}\n", c, c, c, v, at, id(i), name[i], cat[i], cost[i] / 100 > file
            if (rand() < 0.2)
                printf "{\"type\":\"track\",\"event\":\"Product Added\",\"userId\":\"user-%d\",\"messageId\":\"demo-%d-%d-add\",\"timestamp\":\"%s\",\"properties\":{\"product_id\":\"%s\",\"name\":\"%s\",\"category\":\"%s\",\"price\":%.2f,\"currency\":\"CNY\",\"quantity\":1}}\n", c, c, v, at, id(i), name[i], cat[i], cost[i] / 100 > file
        }
    }
    close(file)
}
