#include "offer/fair.h"

#include <stddef.h>

#define WORD_BYTES_MAX 40 /* the longest below, and more */

#define WHO "says who the customer is: the same goods have the same price for everyone who meets the public conditions"
#define PLACE "says where the customer is or lives: it stands for income, and a price must not follow it"
#define DEVICE "says what the customer holds in the hand: it stands for income, and a price must not follow it"
#define LOYAL "would punish or reward loyalty behind the customer's back: the faithful customer must not pay more"
#define HABIT "says what the customer does or likes: a price must not follow willingness to pay"

static const struct { const char *words, *why; } refused[] = {
    { "age,birthday,birthdate,birthyear,gender,sex,race,religion,nationality,occupation,job,income,salary,education,married,marital,health,"
      "name,email,phone,mobile,wechat,openid,customer,customerid,customers,user,userid,anonymousid,profile,trait,traits,person,"
      "年龄,生日,性别,民族,宗教,职业,收入,学历,婚姻,健康,姓名,邮箱,手机号,客户,用户", WHO },
    { "city,province,region,country,district,address,location,place,lat,lon,latitude,longitude,ip,geo,postcode,zip,timezone,"
      "城市,省份,地区,国家,地址,位置,定位", PLACE },
    { "device,devices,os,platform,phonebrand,model,manufacturer,browser,useragent,screen,battery,network,carrier,"
      "设备,手机,机型,系统,浏览器,运营商", DEVICE },
    { "tenure,since,registered,registeredat,signup,firstseen,lastseen,lastorder,orders,ordercount,recency,frequency,member,membership,level,tier,vip,"
      "loyalty,churn,dormant,注册时间,入会,会员,等级,老客,忠诚,流失", LOYAL },
    { "spending,spend,spent,revenue,monetary,ltv,clv,rfm,basket,history,segment,segments,tag,tags,persona,audience,score,affinity,taste,interest,prediction,"
      "propensity,uplift,sensitivity,willingness,habit,views,searches,weather,消费,消费水平,花费,分群,人群,标签,画像,偏好,预测,支付意愿,价格敏感", HABIT },
};

/* Lower case, without what divides words. False: it is longer than any of them. */
static bool plain(zh_sv word, char out[WORD_BYTES_MAX], size_t *size)
{
    *size = 0;
    for (size_t i = 0; i < word.size; i++) {
        const char c = word.data[i];
        if (c == '_' || c == '-' || c == ' ' || c == '.') continue;
        if (*size == WORD_BYTES_MAX) return false;
        out[(*size)++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    return *size > 0;
}

const char *zh_fair_refusal(zh_sv word)
{
    char text[WORD_BYTES_MAX];
    size_t size;
    if (!plain(word, text, &size)) return NULL;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        for (const char *at = refused[i].words; *at != '\0';) {
            const char *comma = strchr(at, ',');
            const size_t long_ = comma == NULL ? strlen(at) : (size_t)(comma - at);
            if (zh_sv_equal((zh_sv){ at, long_ }, (zh_sv){ text, size })) return refused[i].why;
            at += long_ + (comma != NULL);
        }
    }
    return NULL;
}
