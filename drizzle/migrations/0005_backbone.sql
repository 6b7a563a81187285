-- Runs and probes from before there was a choice all had the ImageNet weights.
UPDATE `runs` SET `config` = json_set(`config`, '$.backbone', 'imagenet') WHERE json_extract(`config`, '$.backbone') IS NULL;--> statement-breakpoint
UPDATE `events` SET `event` = replace(`event`, '"imageSize":', '"backbone":"imagenet","imageSize":') WHERE json_extract(`event`, '$.type') = 'measured';--> statement-breakpoint
UPDATE `probes` SET `speeds` = replace(`speeds`, '"imageSize":', '"backbone":"imagenet","imageSize":');
