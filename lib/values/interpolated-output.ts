import type { WrongValue } from './diagnostic';

/** What Pulumi makes of an Output that becomes text: a warning in place of its value. */
const WARNING = /Calling \[(?:toString|toJSON)\] on an \[Output<T>\]/;

/** Whether an Output was put into this text. Its value is not known while a program runs. */
export function holdsOutput(text: string): boolean {
  return WARNING.test(text);
}

/** What is said about it; `where` tells where the text stands, or what else is said of it. */
export function interpolatedOutput(path: string, where: string): WrongValue {
  return {
    code: 'SG052',
    name: 'interpolated-output',
    path,
    message: 'an Output stands where a value is declared; a text that it is put into holds a warning of Pulumi in its place',
    given: where,
    expected: 'a declared value that is known when the program runs',
    remedy: "declare a slot there, for instance Slot.host('main'), and pass the Output to it with bindInput(slot, output)",
  };
}
